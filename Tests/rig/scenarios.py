"""What is tried on the rig. A scenario is a function of a guest that has been booted with Pressel
installed; what does not hold ends it."""

import json
import os
import random
import re
import time

from sound import likeness

SCENARIOS = []
PASSWORD = "a quiet afternoon"
# Recordings of people, of Debian's pocketsphinx-testdata.
GO_FORWARD = "goforward.raw"
TIME = "What time is it?"
# How often what is long is done; fewer are quicker.
CUTS = int(os.environ.get("RIG_CUTS", 20))
TURNS = int(os.environ.get("RIG_TURNS", 500))
ROUNDS = int(os.environ.get("RIG_ROUNDS", 10))


class Unmet(Exception):
    """Something does not hold."""


class Scenario:
    def __init__(self, play, name, text, is_first_boot, boots, memory):
        self.name, self.text, self.memory = name, text, memory
        self.is_first_boot, self.boots = is_first_boot, boots
        self.notes = []
        self._play = play

    def play(self, guest):
        guest.note = self.notes.append
        self._play(guest)


def scenario(name, text, is_first_boot=False, boots=True, memory=512):
    def note(play):
        SCENARIOS.append(Scenario(play, name, text, is_first_boot, boots, memory))
        return play
    return note


def check(holds, text):
    if not holds:
        raise Unmet(text)


# Asking.

def ask(guest, question=TIME, held=True, presses=True):
    """Asks while the button is held, and gives the turn and what was heard."""
    before = guest.turns()
    lasts = guest.compose(0.8, question, 2)
    guest.listen()
    steps = [(0.3, "press"), (lasts - 1.6, "release")] if presses else [(lasts, "release")]
    moments = guest.play(steps, speaks=True)
    turn = guest.next_turn(before, 30 if presses else 8)
    return turn, guest.heard(), moments


NUMBERS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
           " fifteen sixteen seventeen eighteen nineteen").split()


def in_words(number):
    """From 0 to 59."""
    if number < 20:
        return NUMBERS[number]
    ten, one = divmod(number, 10)
    return ["twenty", "thirty", "forty", "fifty"][ten - 2] + (f"-{NUMBERS[one]}" if one else "")


def tells_the_time(guest, reply):
    """Whether it is the guest's own time, or that of a minute ago."""
    _, text = guest.shell("date +%H:%M; date -d '1 minute ago' +%H:%M")
    for hour, minute in re.findall(r"(\d+):(\d+)", text):
        time_of_day = f"It is {in_words((int(hour) + 11) % 12 + 1)} o'clock"
        if int(minute):
            time_of_day += f" and {in_words(int(minute))} minute" + "s" * (int(minute) > 1)
        if reply.startswith(f"{time_of_day},"):
            return True
    return False


def is_answered(guest, turn, heard):
    """By the time, and the whole answer is heard."""
    check(turn["outcome"] == "answered", f"the turn is {turn['outcome']}: {turn}")
    check("time" in (turn["transcript"] or ""), f"it understood {turn['transcript']!r}")
    is_heard_whole(guest, turn, heard)


def is_heard_whole(guest, turn, heard, pause=0.0):
    """- pause: how much later than its first clause the second may be."""
    reply = guest.kept(turn, "reply")
    pieces = heard.stretches(0.05)
    # The ticks while it thinks are no part of it.
    while pieces and pieces[0][1] - pieces[0][0] < 0.045:
        pieces.pop(0)
    check(pieces, "no answer is heard")
    alike, longer = likeness(heard.between(pieces[0][0], pieces[-1][1]), reply)
    guest.note(f"{turn['reply']!r}: {reply.seconds:.1f} s, alike {alike:.3f}, longer {longer:.3f}")
    check(alike > 0.95 - pause and -0.06 < longer < 0.06 + pause,
          f"{reply.seconds:.2f} s of answer are heard {longer:+.3f} s longer, alike {alike:.2f}")


# The main scenario.

@scenario("first-boot", "installed, claimed by holding the button, asked the time by voice",
          is_first_boot=True)
def first_boot(guest):
    check(guest.unit("NRestarts") == "0", "it never had to be started again")
    status, answer = guest.ask("/api/claim", {})
    check(status == 202, f"it cannot be claimed: {status} {answer}")
    claim = json.loads(answer)
    check(claim["how"] == "button", f"it is claimed by {claim['how']}")
    guest.until(lambda: guest.status()["state"] == "consenting", 15, "it has said who asks")
    guest.play([(0.5, "press"), (4, "release")])
    guest.until(lambda: "agreed" in guest.ask("/api/claim", {"claim": claim["claim"]})[1], 5,
                "three seconds agree")
    status, answer = guest.ask("/api/claim", {"claim": claim["claim"], "password": PASSWORD})
    check(status == 200 and json.loads(answer)["state"] == "claimed", f"{status} {answer}")
    check(guest.ask("/api/status")[0] == 200, "whoever claimed it is logged in")
    check(guest.turns() == [], "that hold was a turn")
    guest.until(guest.is_idle, 15, "it has thanked")
    turn, heard, _ = ask(guest)
    is_answered(guest, turn, heard)
    check(tells_the_time(guest, turn["reply"]), f"that is not the time: {turn['reply']!r}")
    words = guest.understands(heard)
    guest.note(f"a recognizer hears {words!r}")
    check("it is ten o'clock" in words, f"a recognizer hears {words!r}")


@scenario("control", "the same question without a press is none")
def control(guest):
    try:
        ask(guest, presses=False)
    except Exception as error:  # as it must
        check("a turn is over" in str(error), str(error))
    else:
        raise Unmet("it is answered")
    heard = guest.heard()
    check(heard.stretches() == [], f"something is heard: {heard.stretches()}")


# Gestures.

@scenario("hold", "held and let go: a person's words, the answer, and the light's colours")
def hold(guest):
    guest.watch()
    turn, heard, _ = ask(guest, GO_FORWARD)
    seen = [lines for _, lines in guest.watched() if lines != "000"]
    check(turn["transcript"] == "go forward ten meters", f"it understood {turn['transcript']!r}")
    is_heard_whole(guest, turn, heard)
    colours = [lines for index, lines in enumerate(seen) if index == 0 or lines != seen[index - 1]]
    # Blue listens, magenta thinks, green speaks.
    check(colours == ["001", "101", "010"], f"the light was {colours}")


@scenario("tap", "tapped: the end of speech ends the question")
def tap(guest):
    before = guest.turns()
    guest.compose(1, TIME, 4)
    guest.listen()
    guest.play([(0.3, "press"), (0.4, "release")], speaks=True)
    turn = guest.next_turn(before)
    is_answered(guest, turn, guest.heard())


@scenario("tap-again", "a second tap ends a hands-free question at once")
def tap_again(guest):
    guest.set({"audio": {"endOfSpeechMilliseconds": 3000}})
    before = guest.turns()
    lasts = guest.compose(1.2, TIME, 4)
    guest.listen()
    end = lasts - 3.6
    guest.play([(0.3, "press"), (0.4, "release"), (end, "press"), (end + 0.1, "release")],
               speaks=True)
    turn = guest.next_turn(before)
    is_answered(guest, turn, guest.heard())
    ends_with(guest, turn, end - 0.3)


def ends_with(guest, turn, seconds):
    """Its question began at the press, 300 ms before it to be exact, and ended so long after it, or with
    what is recorded behind an end."""
    lasts = guest.kept(turn, "question").seconds
    check(seconds < lasts < seconds + 1.2, f"the question lasts {lasts:.2f} s, not {seconds:.2f}")


@scenario("silence", "a press, and nothing said: two tones, and no answer")
def silence(guest):
    guest.compose(3)
    before = guest.turns()
    guest.listen()
    guest.play([(0.3, "press"), (1.8, "release")], speaks=True)
    guest.wait(1)
    guest.until(guest.is_idle, 10, "it is idle again")
    guest.wait(0.5)
    heard = guest.heard()
    stretches = heard.stretches(0.05)
    # A click is shorter, an answer longer.
    check(0.2 < sum(b - a for a, b in stretches) < 1.5, f"heard: {stretches}")
    new = [turn["outcome"] for turn in guest.turns() if turn not in before]
    check(new in ([], ["nothingHeard"]), f"it took silence for {new}")


def taps(guest, count, gap=0.2):
    guest.play([(at * gap + down, what) for at in range(count)
                for down, what in [(0, "press"), (0.08, "release")]])


@scenario("double-tap", "tapped twice: the last answer is heard again, and it is no turn")
def double_tap(guest):
    turn, heard, _ = ask(guest)
    is_answered(guest, turn, heard)
    before = guest.turns()
    guest.listen()
    taps(guest, 2)
    guest.until(lambda: guest.status()["state"] == "speaking", 5, "it speaks")
    guest.until(guest.is_idle, 30, "it is idle again")
    guest.wait(0.5)
    is_heard_whole(guest, turn, guest.heard())
    check(guest.turns() == before, "it left a turn")


@scenario("triple-tap", "tapped three times: it asks, one more tap forgets")
def triple_tap(guest):
    turn, _, _ = ask(guest)
    taps(guest, 3)
    guest.until(lambda: guest.status()["state"] == "confirming", 10, "it asks")
    taps(guest, 1)
    guest.until(lambda: "I have forgotten our conversation" in guest.log(), 10, "it forgets")
    guest.until(guest.is_idle, 10, "it is idle again")
    # There is no last answer any more.
    guest.listen()
    taps(guest, 2)
    guest.wait(2)
    guest.until(guest.is_idle, 20, "it is idle again")
    lasts, heard = guest.kept(turn, "reply").seconds, guest.heard().stretches()
    check(sum(b - a for a, b in heard) < lasts - 0.5, f"it still says what it forgot: {heard}")


@scenario("toggle", "for hands that cannot hold: a press begins, the next one ends")
def toggle(guest):
    guest.set({"button": {"mode": "toggle"}})
    guest.until(guest.is_idle, 10, "it is idle")
    before = guest.turns()
    lasts = guest.compose(1, TIME, 4)
    guest.listen()
    end = lasts - 3.4
    # Let go in the middle of a word, which would end a question that is held.
    guest.play([(0.3, "press"), (1.5, "release"), (end, "press"), (end + 0.1, "release")],
               speaks=True)
    turn = guest.next_turn(before)
    is_answered(guest, turn, guest.heard())
    ends_with(guest, turn, end - 0.3)


def silence_after(heard, pressed, end):
    """How long after a press that interrupts there is still something to be heard before `end`: 0 if it
    came between two words."""
    check(heard.between(pressed - 3, pressed).stretches(), "nothing was heard before the press")
    rest = heard.between(pressed, end).stretches()
    return rest[-1][1] - pressed if rest else 0


@scenario("barge-in", "pressed while it speaks: silence, and the next question is heard")
def barge_in(guest):
    lasts = guest.compose(0.8, GO_FORWARD, 1)
    guest.listen()
    before = guest.turns()
    guest.play([(0.3, "press"), (lasts - 0.6, "release")], speaks=True)
    guest.until(lambda: guest.status()["state"] == "speaking", 20, "it speaks")
    guest.wait(1.5)
    check(guest.status()["state"] == "speaking", "it has spoken too briefly to be interrupted")
    lasts = guest.compose(0.8, TIME, 2)
    # The press comes before the first word here too.
    began, pressed, _ = guest.play([(0.2, "press"), (lasts - 1.6, "release")], speaks=True)
    guest.until(lambda: len(guest.turns()) == len(before) + 2 and guest.is_idle(), 30,
                "both turns are over")
    turn, heard = guest.turns()[0], guest.heard()
    check(turn["transcript"] and "time" in turn["transcript"], f"heard {turn['transcript']!r}")
    silent = silence_after(heard, pressed, pressed + 1)
    guest.note(f"press to silence: {1000 * silent:.0f} ms")
    check(silent < 0.2, f"it speaks {silent:.3f} s after the press")
    is_heard_whole(guest, turn, heard.between(pressed + 1, heard.began + heard.seconds))


@scenario("edges", "pressed within the first word, let go within the last: both are understood")
def edges(guest):
    before = guest.turns()
    guest.compose(1, GO_FORWARD, 2)
    first, last = guest.spoken_between()
    guest.play([(first + 0.2, "press"), (last - 0.25, "release")], speaks=True)
    turn = guest.next_turn(before)
    check(turn["transcript"] == "go forward ten meters", f"it understood {turn['transcript']!r}")


# The light.

def flashes(seen, lines):
    """How often the light came on, as `lines` says."""
    return sum(now == lines and (index == 0 or seen[index - 1][1] != lines)
               for index, (_, now) in enumerate(seen))


@scenario("light", "the light of a muted microphone, and of a question nobody can hear")
def light(guest):
    guest.watch()
    guest.set({"audio": {"muted": True}})
    guest.wait(1)
    seen = guest.watched()
    check(seen[-1][1] == "100", f"muted, it is not red: {seen}")
    guest.watch()
    guest.play([(0, "press"), (1, "release")])
    guest.until(lambda: "microphone is muted" in guest.log(), 10, "it says that it is muted")
    guest.until(guest.is_idle, 20, "it is idle again")
    check(any(now not in ("100", "000") for _, now in guest.watched()), "a press changes no light")
    guest.watch()
    guest.set({"audio": {"muted": None}})
    guest.wait(1)
    seen = guest.watched()
    check(seen[-1][1] == "000", f"no longer muted, it is not dark: {seen}")


# What breaks.

def unplug(guest, card):
    guest.shell(f"echo snd_aloop.{card} >/sys/bus/platform/drivers/snd_aloop/unbind")


def plug_in(guest, card):
    status, text = guest.shell(f"echo snd_aloop.{card} >/sys/bus/platform/drivers/snd_aloop/bind")
    check(status == 0, f"the card cannot be bound again: {text}")


def problem(guest, role):
    return next(each.get("problem") for each in guest.status()["devices"] if each["role"] == role)


@scenario("no-microphone", "the microphone is unplugged, which is said and shown, and comes back")
def no_microphone(guest):
    unplug(guest, 0)
    guest.until(lambda: problem(guest, "microphone"), 10, "the loss is noticed")
    guest.listen()
    guest.watch()
    guest.play([(0, "press"), (1, "release")])
    guest.until(lambda: "my microphone is missing" in guest.log(), 20, "it says so")
    guest.until(guest.is_idle, 20, "it is idle again")
    guest.wait(1)
    seen, heard = guest.watched(), guest.heard()
    check(sum(b - a for a, b in heard.stretches()) > 2, "the sentence is not heard")
    check(flashes(seen, "100") >= 3, f"red does not blink three times: {seen}")
    plug_in(guest, 0)
    guest.until(lambda: not problem(guest, "microphone"), 40, "it is used again")
    turn, heard, _ = ask(guest)
    is_answered(guest, turn, heard)


@scenario("no-speaker", "the speaker is unplugged while it speaks, and comes back")
def no_speaker(guest):
    before = guest.turns()
    lasts = guest.compose(0.8, TIME, 1)
    guest.play([(0.3, "press"), (lasts - 0.6, "release")], speaks=True)
    guest.until(lambda: guest.status()["state"] == "speaking", 20, "it speaks")
    unplug(guest, 1)
    turn = guest.next_turn(before)
    guest.note(f"unplugged while it spoke: {turn['outcome']}")
    guest.until(lambda: problem(guest, "speaker"), 20, "the loss is noticed")
    plug_in(guest, 1)
    turn, heard, _ = ask(guest)
    is_answered(guest, turn, heard)
    check(not problem(guest, "speaker"), "it still complains of the speaker")


def works_again(guest, process, began):
    guest.until(lambda: guest.unit("MainPID") not in ("0", process), 30, "it is started again")
    guest.wait_until_healthy()
    took = guest.now() - began
    guest.note(f"works again after {took:.1f} s")
    check(took <= 15, f"it took {took:.1f} s")
    turn, heard, _ = ask(guest)
    is_answered(guest, turn, heard)


@scenario("killed", "killed by SIGKILL while it speaks: works again")
def killed(guest):
    process = guest.unit("MainPID")
    lasts = guest.compose(0.8, TIME, 1)
    guest.play([(0.3, "press"), (lasts - 0.6, "release")], speaks=True)
    guest.until(lambda: guest.status()["state"] == "speaking", 20, "it speaks")
    began = guest.now()
    guest.shell("systemctl kill -s KILL --kill-whom=main pressel")
    works_again(guest, process, began)


@scenario("hung", "the thread of the sound card hangs: systemd starts it again")
def hung(guest):
    guest.write("/etc/systemd/system/pressel.service.d/rig.conf",
                "[Service]\nEnvironment=PRESSEL_TEST_HANG=audio\n")
    guest.shell("systemctl daemon-reload && systemctl restart pressel")
    guest.wait_until_healthy()
    process = guest.unit("MainPID")
    guest.wait(2)
    began = guest.now()
    guest.shell("systemctl kill -s USR1 --kill-whom=main pressel")
    works_again(guest, process, began)


@scenario("no-clock", "the clock is at 1970: it says that it does not know; then it is set")
def no_clock(guest):
    guest.shell("systemctl stop pressel; date -s @1000; systemctl start pressel")
    guest.wait_until_healthy()
    turn, _, _ = ask(guest)
    check("do not know the time" in (turn["reply"] or ""), f"it says {turn['reply']!r}")
    guest.shell(f"date -s @{time.time():.0f}")
    turn, heard, _ = ask(guest)
    is_answered(guest, turn, heard)
    check(tells_the_time(guest, turn["reply"]), f"it says {turn['reply']!r}")


@scenario("full-disk", "the disk is full: questions are answered, and kept once there is room")
def full_disk(guest):
    # What is left then is root's alone.
    status, text = guest.shell(
        "fallocate -l $(df --output=avail -B1 / | tail -n 1) /var/full && sync")
    check(status == 0, text)
    # What is not written yet is in no list.
    lasts = guest.compose(0.8, TIME, 2)
    guest.listen()
    guest.play([(0.3, "press"), (lasts - 1.6, "release")], speaks=True)
    guest.until(lambda: "turn 1: answered" in guest.log() and guest.is_idle(), 40,
                "it answers, and says that it cannot remember")
    heard = guest.heard()
    lasts = sum(b - a for a, b in heard.stretches())
    check(lasts > 4, f"{lasts:.1f} s are heard")
    check("cannot write to my memory card" in guest.log(), "it does not say that it cannot")
    guest.shell("rm /var/full; sync")
    turn, heard, _ = ask(guest)
    is_answered(guest, turn, heard)
    guest.wait(2)
    guest.shell("systemctl kill -s KILL --kill-whom=main pressel")
    guest.until(lambda: len(guest.turns()) == 2, 30, "both turns are kept")


@scenario("timer", "a timer is set by voice, and rings although the service was started anew")
def timer(guest):
    turn, _, _ = ask(guest, "Set a timer for thirty seconds.")
    check("thirty seconds" in (turn["reply"] or ""),
          f"it heard {turn['transcript']!r} and says {turn['reply']!r}")
    began = guest.now()
    guest.shell("systemctl kill -s KILL --kill-whom=main pressel")
    guest.wait(3)
    guest.wait_until_healthy()
    guest.listen()
    guest.until(lambda: guest.status()["state"] == "ringing", 80, "it rings")
    late = guest.now() - began
    guest.note(f"it rings {late:.0f} s after the answer")
    check(15 < late < 40, f"it rings {late:.0f} s after the answer")
    guest.wait(2)
    guest.play([(0, "press"), (0.2, "release")])
    guest.until(guest.is_idle, 10, "a press silences it")
    check(guest.heard().stretches(), "the ringing is not heard")


@scenario("search", "the button is found on another line by having it pressed")
def search(guest):
    body = {"seconds": 15, "search": True}
    status, found = guest.ask_while("/api/test/button", body, guest.key, 27)
    check(status == 200 and "27" in found, f"it found {found}")


@scenario("upgrade", "a newer package is installed: turns and settings are kept")
def upgrade(guest):
    turn, _, _ = ask(guest)
    guest.set({"audio": {"volume": 42}})
    status, text = guest.install("/srv/rig/newer.deb")
    check(status == 0, text)
    guest.wait_until_healthy()
    check([each["id"] for each in guest.turns()] == [turn["id"]], "the turn is lost")
    check(guest.api("/api/settings")["settings"]["audio"]["volume"] == 42, "the volume is lost")
    turn, heard, _ = ask(guest)
    is_answered(guest, turn, heard)


# Held at the start.

def claimed(guest):
    return json.loads(guest.ask("/api/claim")[1])["claimed"]


def own(guest):
    """As first-boot does."""
    claim = json.loads(guest.ask("/api/claim", {})[1])["claim"]
    guest.until(lambda: guest.status()["state"] == "consenting", 15, "it has said who asks")
    guest.play([(0.5, "press"), (4, "release")])
    guest.until(lambda: "agreed" in guest.ask("/api/claim", {"claim": claim})[1], 5, "it agrees")
    guest.ask("/api/claim", {"claim": claim, "password": PASSWORD})
    check(claimed(guest), "it cannot be claimed")


def held_at_start(guest, seconds):
    """Boots with the button down, and lets it go so long after Pressel saw it."""
    guest.boot("rig.held", wait=False)
    guest.until(lambda: "the button is line" in guest.log(), 60, "Pressel has the button")
    began = guest.now()
    guest.play([(seconds, "release")])
    guest.wait_until_healthy()
    return began


@scenario("self-test", "held at the start for seven seconds: it tests itself, and says how it is",
          boots=False)
def self_test(guest):
    held_at_start(guest, 7)
    guest.until(lambda: "held at the start: self-test" in guest.log(), 10, "it tests itself")
    guest.until(lambda: guest.status()["state"] == "speaking", 40, "it says what it found")
    said = next((line for line in guest.log().splitlines() if "saying" in line), "")
    guest.note(said)
    # A cable without sound is no room.
    check("microphone" in said, f"it says {said!r}")


@scenario("recovery", "held at the start for fifteen seconds: the password is cleared")
def recovery(guest):
    own(guest)
    guest.shut_down()
    held_at_start(guest, 15)
    guest.until(lambda: not claimed(guest), 10, "the password is cleared")


@scenario("stuck", "held at the start for forty seconds: that is a stuck button, and clears nothing")
def stuck(guest):
    own(guest)
    guest.shut_down()
    held_at_start(guest, 40)
    guest.until(lambda: "has been down since the start" in guest.log(), 10, "it complains")
    guest.wait(3)
    check(claimed(guest), "the password is cleared")


# Answers from elsewhere.

REPLY = "A soup of leeks and potatoes with bread and butter and a glass of cold milk."


def use_cloud(guest, profile="instant"):
    guest.start_cloud(profile, REPLY)
    guest.write("/etc/systemd/system/pressel.service.d/rig.conf",
                "[Service]\nEnvironment=OPENAI_API_KEY=sk-rig\n"
                "Environment=OPENAI_BASE_URL=http://127.0.0.1:9000/v1\n")
    guest.shell("systemctl daemon-reload && systemctl restart pressel")
    guest.wait_until_healthy()


@scenario("cloud", "providers elsewhere are up, down, and back")
def cloud(guest):
    use_cloud(guest)
    # A tick right before the answer would be taken for a part of it.
    guest.set({"audio": {"sounds": False}})
    turn, heard, _ = ask(guest)
    check(turn["reply"] == REPLY, f"with the cloud it says {turn['reply']!r}")
    is_heard_whole(guest, turn, heard, 0.2)
    guest.stop_cloud()
    turn, heard, _ = ask(guest)
    check(turn["outcome"] == "answered" and "It is" in turn["reply"],
          f"without it: {turn['outcome']}, {turn['reply']!r}")
    guest.start_cloud("instant", REPLY)

    def is_back():
        return not any(each.get("problem") for each in guest.status()["providers"])
    guest.until(is_back, 60, "the cloud is looked for")
    turn, _, _ = ask(guest)
    check(turn["reply"] == REPLY, f"with the cloud again it says {turn['reply']!r}")


@scenario("no-network", "no network from the start: that is said and shown")
def no_network(guest):
    guest.write("/etc/systemd/system/pressel.service.d/rig.conf",
                "[Service]\nEnvironment=OPENAI_API_KEY=sk-rig\n")
    guest.shut_down()
    guest.boot()
    guest.watch()
    guest.wait(8)
    seen = guest.watched()
    # Amber is red and green at once.
    check(flashes(seen, "110") >= 4, f"offline is not shown: {seen}")
    turn, _, _ = ask(guest)
    check(turn["outcome"] == "answered", f"it is {turn['outcome']}: {turn['reply']!r}")
    check('saying "I cannot reach the network' in guest.log(), "it does not say why")


# For long.

@scenario("power-cuts", f"cut off {CUTS} times, at any moment: all that was finished is there")
def power_cuts(guest):
    turn, _, _ = ask(guest)
    kept = [turn["id"]]
    for cut in range(CUTS):
        lasts = guest.compose(0.3, GO_FORWARD, 0.5)
        before = guest.turns()
        guest.play([(0.1, "press"), (lasts - 0.3, "release")], speaks=True)
        if cut % 2:
            kept.append(guest.next_turn(before)["id"])
            guest.set({"audio": {"volume": 80 + cut % 20}})
        # Which is while it listens, thinks, speaks, writes, or does nothing.
        guest.wait(random.random() * 8)
        guest.cut_off()
        guest.boot()
        there = {turn["id"] for turn in guest.turns()}
        # There may be others, and only the newest are listed.
        lost = set(kept[-20:]) - there
        check(not lost, f"cut {cut + 1}: turns are lost: {lost}")
        log = guest.log()
        check("damaged" not in log, f"cut {cut + 1}: {log[-500:]}")
        if cut % 2:
            volume = guest.api("/api/settings")["settings"]["audio"]["volume"]
            check(volume == 80 + cut % 20, f"cut {cut + 1}: the volume is {volume}")
    guest.set({"audio": {"volume": None}})
    turn, heard, _ = ask(guest)
    is_answered(guest, turn, heard)


@scenario("memory", f"{TURNS} turns in 256 MB: memory stays what it was", memory=256, boots=False)
def memory(guest):
    guest.boot(skips=True)
    use_cloud(guest)
    # Half a minute after the start what only starting took is given back, which would hide growth.
    guest.wait(35)
    lasts = guest.compose(0.3, GO_FORWARD, 0.5)
    figures = []
    for number in range(TURNS):
        before = guest.turns()
        guest.play([(0.1, "press"), (lasts - 0.3, "release")], speaks=True)
        turn = guest.next_turn(before)
        check(turn["reply"] == REPLY, f"turn {number + 1}: {turn['outcome']}, {turn['reply']!r}")
        figures.append(guest.do("memory"))
    part = max(1, TURNS // 5)
    early, late = max(figures[:part]), max(figures[-part:])
    guest.note(f"{early / 1e6:.1f} MB, at the end {late / 1e6:.1f} MB")
    check(late - early < 2e6, f"it grew from {early} to {late} bytes")


# How soon.

@scenario("latency", "from the finger to the recording, to silence, and to the answer")
def latency(guest):
    use_cloud(guest, "typical")
    guest.set({"audio": {"sounds": False}})
    beginnings, answers, silences = [], [], []
    for _ in range(ROUNDS):
        guest.compose(1, GO_FORWARD, 2)
        first, last = guest.spoken_between()
        before = guest.turns()
        guest.listen()
        # Speech is over when the button is let go.
        began, pressed, released = guest.play(
            [(first - 0.1, "press"), (last + 0.4, "release")], speaks=True)
        turn = guest.next_turn(before)
        heard = guest.heard()
        question = guest.kept(turn, "question")
        onset = next(index for index, each in enumerate(question.samples) if abs(each) > 1500)
        beginnings.append(began + first - onset / question.rate - pressed)
        starts = [a for a, _ in heard.stretches() if a > released]
        answers.append(starts[0] - released)
        # The same once more, to be interrupted.
        before = guest.turns()
        guest.listen()
        began, _, _ = guest.play([(first - 0.1, "press"), (last + 0.4, "release")], speaks=True)
        guest.until(lambda: guest.status()["state"] == "speaking", 20, "it speaks")
        pressed = guest.play([(0, "press"), (0.1, "release")])[1]
        guest.next_turn(before)
        silences.append(silence_after(guest.heard(), pressed, pressed + 1))
    marks = guest.api(f"/api/turns/{turn['id']}")["timeline"]
    guest.note("one of them: " + ", ".join(
        f"{mark['step']} {mark['milliseconds']:.0f}" for mark in marks))
    for what, each in [("press to first recorded sample", beginnings),
                       ("press to silence", silences),
                       ("release to first sample of the answer (typical)", answers)]:
        each.sort()
        check(each, f"{what}: nothing was measured")
        guest.note(f"{what}: median {1000 * each[len(each) // 2]:.0f} ms,"
                   f" from {1000 * each[0]:.0f} to {1000 * each[-1]:.0f} ms, n {len(each)}")
