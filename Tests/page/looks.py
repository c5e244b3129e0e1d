"""Every view in every state that a proof can bring it to: whether everybody can use it, whether it
fits on a small phone, and what it looks like."""

import os

from states import Stage, states

SMALL = (320, 640)
PHONE = (390, 844)
DESKTOP = (1280, 900)

# What can be pushed or typed into, and is smaller than a finger; with its label, which counts. A
# link within a sentence is as high as its line.
TARGETS = r"""
const union = (a, b) => ({
  width: Math.max(a.right, b.right) - Math.min(a.left, b.left),
  height: Math.max(a.bottom, b.bottom) - Math.min(a.top, b.top) });
return [...document.querySelectorAll(
  "button, input, select, textarea, summary, a[href], [role=button], [tabindex='0']")]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest(".skip"))
  .filter((e) => !(e.tagName === "A" && getComputedStyle(e).display === "inline"))
  .map((e) => {
    const own = e.getBoundingClientRect();
    const isBox = e.type === "checkbox" || e.type === "radio";
    const label = isBox && e.labels?.[0];
    return [e, label ? union(own, label.getBoundingClientRect()) : own];
  })
  .filter(([, box]) => box.width && (box.width < 43.5 || box.height < 43.5))
  .map(([e, box]) => `${e.tagName} "${(e.textContent || e.name || e.id).trim().slice(0, 30)}" ${
    Math.round(box.width)}×${Math.round(box.height)}`);
"""

# The order of headings, as they are heard.
HEADINGS = r"""
const all = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
  .filter((e) => e.checkVisibility());
const levels = all.map((e) => Number(e.tagName[1]));
const wrong = [];
if (levels.filter((level) => level === 1).length !== 1) wrong.push(`h1: ${levels}`);
levels.forEach((level, i) => { if (i && level > levels[i - 1] + 1) wrong.push(all[i].textContent); });
return wrong;
"""

def violations(proof, browser):
    """What axe finds, in a line each."""
    browser.script(proof.axe + "\n;window.axe = axe;")
    found = browser.driver.execute_async_script("""
        const done = arguments[arguments.length - 1];
        axe.run(document, { resultTypes: ["violations"] }).then(
          (result) => done(result.violations), (error) => done([{ id: String(error), nodes: [] }]));
        """)
    return [f"{each['id']}: {node['target']} {node['html'][:160]} "
            f"{node.get('failureSummary', '')[:200]!r}"
            for each in found for node in each["nodes"] or [{"target": "", "html": ""}]]


def prove_looks(proof):
    """As a phone, small and usual, and as a desktop; light and dark; English and German."""
    if not proof.axe:
        proof.skip("axe: PyPI did not give its script")
    count = 0
    found = {"wide": [], "small": [], "headings": [], "axe": [], "lang": []}
    ways = [(SMALL, False, "en-GB"), (SMALL, True, "de-DE"), (DESKTOP, True, "en-GB")]
    with Stage(proof) as stage:
        for size, dark, language in ways:
            with proof.browser(
                    stage.device, width=size[0], height=size[1], dark=dark,
                    language=language) as browser:
                for name in states(stage, browser):
                    count += 1
                    where = f"{name} {size[0]} px {'dark' if dark else 'light'} {language[:2]}"
                    found["wide"] += [f"{where}: {e}" for e in browser.overflow()]
                    found["headings"] += [f"{where}: {e}" for e in browser.script(HEADINGS)]
                    if size == SMALL:
                        found["small"] += [f"{where}: {e}" for e in browser.script(TARGETS)]
                    if proof.axe:
                        found["axe"] += [f"{where}: {e}" for e in violations(proof, browser)]
                    if browser.script("return document.documentElement.lang") != language[:2]:
                        found["lang"].append(where)
                if proof.axe and dark and size == DESKTOP:
                    # Whoever finds nothing has to show that they look.
                    browser.script("document.querySelector('main').append("
                                   "document.createElement('input'))")
                    proof.check(any("label" in each for each in violations(proof, browser)),
                                "axe finds a field without a label that is put there")
    proof.check(count > 3 * 20, f"{count} views and states were looked at")
    for key, text in [
            ("wide", "nothing is wider than the screen"),
            ("small", "everything to push is large enough for a finger"),
            ("headings", "one first heading, and none left out below it"),
            ("lang", "each in its language"),
            ("axe", "axe finds nothing" if proof.axe else None)]:
        if text and not proof.check(not found[key], text):
            for line in dict.fromkeys(found[key]):
                proof.tell(line)


def take_pictures(proof, folder):
    """Of every view and state, as a phone and as a desktop, light and dark, and German."""
    os.makedirs(folder, exist_ok=True)
    count = 0
    ways = [
        ("phone", PHONE, False, "en-GB"), ("phone", PHONE, True, "en-GB"),
        ("desktop", DESKTOP, False, "en-GB"), ("desktop", DESKTOP, True, "en-GB"),
        ("small", SMALL, False, "de-DE"), ("phone", PHONE, False, "de-DE"),
    ]
    with Stage(proof) as stage:
        for kind, (width, height), dark, language in ways:
            with proof.browser(
                    stage.device, width=width, height=height, dark=dark,
                    language=language) as browser:
                for name in states(stage, browser):
                    path = "-".join(
                        [name, kind, "dark" if dark else "light"]
                        + (["de"] if language.startswith("de") else []))
                    browser.picture(f"{folder}/{path}.png")
                    count += 1
    print(f"check-page: {count} pictures in {folder}")
