"""What was recorded from the speaker, and what can be said of it."""

import array
import io
import math
import wave

# A device that is silent is digitally so; what is softer than this is a resampler's tail.
QUIET = 40


class Sound:
    """16-bit samples of one channel; `began` is the moment of the first."""

    def __init__(self, samples, rate, began=0.0):
        self.samples = array.array("h", samples)
        self.rate = rate
        self.began = began

    @classmethod
    def of_file(cls, content):
        with wave.open(io.BytesIO(content)) as file:
            return cls(file.readframes(file.getnframes()), file.getframerate())

    def save(self, target):
        """As a WAV file, by its path or open."""
        with wave.open(target, "wb") as file:
            file.setparams((1, 2, self.rate, 0, "NONE", ""))
            file.writeframes(self.samples.tobytes())

    @property
    def seconds(self):
        return len(self.samples) / self.rate

    def between(self, first, last):
        """The part between two moments."""
        edges = [max(0, int((at - self.began) * self.rate)) for at in (first, last)]
        return Sound(self.samples[edges[0]:edges[1]], self.rate, self.began + edges[0] / self.rate)

    def stretches(self, pause=0.3):
        """Pairs of moments between which something is heard, with pauses shorter than `pause`."""
        found, last = [], None
        for index, sample in enumerate(self.samples):
            if -QUIET < sample < QUIET:
                continue
            if last is None or index - last > pause * self.rate:
                found.append([index, index])
            last = found[-1][1] = index
        return [(self.began + a / self.rate, self.began + (b + 1) / self.rate) for a, b in found]

    def trimmed(self):
        """Without the silence around it."""
        stretches = self.stretches(pause=math.inf)
        return self.between(*stretches[0]) if stretches else Sound([], self.rate, self.began)

    def loudness(self, first=0.0, step=0.02):
        """The root of the mean square of each fiftieth of a second from `first` on."""
        size = int(self.rate * step)
        return [
            math.sqrt(sum(value * value for value in self.samples[at:at + size]) / size)
            for at in range(int(first * self.rate), len(self.samples) - size, size)]


def likeness(one, other):
    """How alike two sounds rise and fall, whatever their loudness: 1 is alike; and by how many seconds
    the one is longer than the other."""
    one, other = one.trimmed(), other.trimmed()
    difference = one.seconds - other.seconds
    # What is softer begins to be heard later.
    shifts = [0, 0.004, 0.008, 0.012, 0.016, 0.02]
    pairs = [(one.loudness(shift), other.loudness()) for shift in shifts]
    pairs += [(one.loudness(), other.loudness(shift)) for shift in shifts]
    alike = [correlation(a, b) for a, b in pairs if min(len(a), len(b)) > 10]
    return max(alike, default=0.0), difference


def correlation(x, y):
    length = min(len(x), len(y))
    x, y = x[:length], y[:length]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    both = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y))
    each = math.sqrt(sum((a - mean_x) ** 2 for a in x) * sum((b - mean_y) ** 2 for b in y))
    return both / each if each else 0.0
