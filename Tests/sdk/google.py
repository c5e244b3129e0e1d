"""gTTS, unmodified but for the address, against `sandbox`, and against what our own side is tested
with: google-vectors.jsonl, a text, a language, its parts and a body a line, all made by gTTS.
Usage: google.py BASE_URL, or google.py --write to make the file anew."""

import io
import json
import pathlib
import random
import sys
import urllib.request
import warnings

import gtts.tts
from gtts import gTTS, gTTSError
from gtts.version import __version__

warnings.simplefilter("ignore")
vectors = pathlib.Path(__file__).with_name("google-vectors.jsonl")
words = {
    "en": "the lamp in our kitchen hums whenever somebody makes tea and nobody knows why it is "
    "e.g. i.e. U.S.A. Dr. mrs. Prof. first. St. Esq. 10:30 3.14 1,000 well-\nknown",
    "de": "der Wecker steht auf dem schmalen Brett über der Tür und läutet jeden Morgen zu früh "
    "z.B. d.h. Dr. Hr. 7:45 2,5 Straßenbahnhaltestellenverzeichnis Größe",
    "fr": "la fenêtre donne sur une cour où l'on entend parfois un accordéon quand il pleut "
    "p.ex. M. Mme 18:00 garçon Noël «bon» œuvre",
    "es": "el reloj del pasillo se atrasa cinco minutos cada día y nadie lo arregla mañana "
    "¿qué ¡ay! Sr. Sra. 9:15 pingüino señor",
    "ru": "старый чайник свистит на кухне пока мы ищем ключи от дома и спорим о погоде т.е. и т.д. "
    "8:30 ёлка объезд",
    "ja": "台所の明かりは 夜になると 少しだけ 揺れて見える 今日は とても 静かな 朝です １２：３０ 電車",
}
marks = [
    " ", " ", " ", " ", " ", " ", ", ", ". ", "? ", "! ", "; ", ": ", " — ", "… ", "?!", "!!! ",
    " (", ") ", "\n", "\n\n", " [", "] ", ".", ",", ":", "。", "、", "？", "！", "，", "：", "،", "‥",
    " \"", "\" ", " \\ ", "\t", "\r\n", "\u00a0", "\u2009", "  ", "-\n", "-", "'", " & ", "%", "/",
]
rare = [
    "🙂", "👩‍🚀", "e\u0301", "ſt.", "İ. ", "a.İ. b", ".K, ", ".ı. ", "\u001f", "\u007f", "\u0085",
    "x" * 130, "５: ", "٣:", "\U0001d54f", "Ab.c. D", "MR. ", "mſ. ", "Dr.. ", "st.?", "esq.",
    "\u3000", ".\n", "?.", ". . ", ",, ", "\u2028",
]


def texts():
    """A few hundred, always the same."""
    dice = random.Random(20241110)
    for language in words:
        some = words[language].split(" ")
        for number in range(45):
            text = ""
            for _ in range(dice.choice([1, 3, 8, 15, 25, 40, 60])):
                text += dice.choice(some) + dice.choice(marks)
                if dice.random() < 0.04:
                    text += dice.choice(rare)
            yield language, number, text


def made():
    for language, number, text in texts():
        slow = number % 7 == 0
        try:
            speech = gTTS(text, lang=language, slow=slow, lang_check=False)
            parts = [part for part in speech._tokenize(text) if part]
        except AssertionError:
            parts = []
        line = {"language": language, "slow": slow, "text": text, "parts": parts}
        # One of many is enough: a body has little to do with where a text is cut.
        if parts and number % 3 == 0:
            line["body"] = speech._package_rpc(parts[-1])
        yield json.dumps(line, ensure_ascii=False)


if sys.argv[1] == "--write":
    vectors.write_text("".join(line + "\n" for line in made()), encoding="utf-8", newline="")
    sys.exit()

base = sys.argv[1].removesuffix("/v1")
done = 0


def check(what, truth):
    global done
    if not truth:
        sys.exit(f"check-sdk: google: {what}: not so")
    done += 1


def script(**changes):
    request = urllib.request.Request(
        base + "/sandbox/script", json.dumps(changes).encode(), method="POST"
    )
    urllib.request.urlopen(request).read()


def asked():
    return [
        request
        for request in json.load(urllib.request.urlopen(base + "/sandbox/requests"))
        if request["path"].endswith("batchexecute")
    ]


def said(text, **options):
    sound = io.BytesIO()
    gTTS(text, **options).write_to_fp(sound)
    return sound.getvalue()


def refused(what, words):
    try:
        said("hello")
    except gTTSError as error:
        return check(what, words in str(error))
    sys.exit(f"check-sdk: google: {what}: nothing was refused")


stored = vectors.read_bytes().decode().split("\n")[:-1]
check("the stored vectors are those of this gTTS", stored == list(made()))

gtts.tts._translate_url = lambda tld="com", path="": f"{base}/{path}"
sound = said("one two three")
check("MP3", sound[0] == 0xFF)
check("slow is slower", len(said("one two three", slow=True)) > len(sound))
long = "The lamp glows. " * 20
before = len(asked())
said(long)
check("a long text in parts", len(asked()) - before == 20)
check("another language", said("Grüße", lang="de")[0] == 0xFF)
script(faults=["google-speech=403"])
refused("a 403 is refused", "403")
script(faults=["google-speech=503"])
refused("a 503 is the server's", "Upstream API error")
script(faults=["google-speech=errorEvent"])
refused("no sound is an error", "200")
script(faults=[])
print(f"check-sdk: {done} checks passed with gTTS {__version__}")
