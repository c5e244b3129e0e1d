"""Meets the page as people do, in Chromium, and sees that it does what they ask for.

    check.py PROGRAM SANDBOX [--axe FILE] [--only NAME] [--screenshots FOLDER] [--files FOLDER]

Against `pressel run` on a simulated sound card and button, with the sandbox as its cloud.
"""

import argparse
import sys

import choosing
import claiming
import figures
import guarding
import hostile
import keeping
import looks
import speaking
import using
import wizard
from proof import Proof

PROOFS = {
    "files": figures.prove_files,
    "times": figures.prove_times,
    "claim": claiming.prove_claim,
    "code": claiming.prove_code,
    "wizard": wizard.prove_wizard,
    "keyboard": wizard.prove_keyboard,
    "settings": choosing.prove_settings,
    "windows": choosing.prove_windows,
    "hostile": hostile.prove_hostile,
    "button": using.prove_button,
    "talk": using.prove_talk,
    "history": keeping.prove_history,
    "voices": speaking.prove_voices,
    "security": guarding.prove_security,
    "system": guarding.prove_system,
    "looks": looks.prove_looks,
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("sandbox")
    parser.add_argument("--axe", help="the script of axe; without it that part is skipped")
    parser.add_argument("--only", action="append", choices=list(PROOFS), help="not all proofs")
    parser.add_argument("--screenshots", metavar="FOLDER", help="writes pictures instead")
    parser.add_argument(
        "--files", metavar="FOLDER", help="the page's files as they lie there, without a build")
    parser.add_argument(
        "--folder", default=".build/page", help="where pictures of what failed are kept")
    arguments = parser.parse_args()
    proof = Proof(arguments)
    if arguments.screenshots:
        proof.run("pictures", lambda proof: looks.take_pictures(proof, arguments.screenshots))
    for name, act in PROOFS.items():
        if arguments.screenshots:
            break
        if not arguments.only or name in arguments.only:
            proof.run(name, act)
    proof.end()
    for what in proof.skipped:
        print(f"check-page: skipped, {what}")
    for failure in proof.failures:
        print(f"check-page: FAIL  {failure}", file=sys.stderr)
    print(f"check-page: {len(proof.failures)} failures, {len(proof.skipped)} skipped")
    sys.exit(1 if proof.failures else 0)


if __name__ == "__main__":
    main()
