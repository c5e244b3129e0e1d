"""Tells on standard output how long nothing on this machine went on, a line in milliseconds each time.

Who sleeps for 10 ms and wakes 100 ms late was not let go on, and neither was a test that plays sound.
"""

import time

PAUSE = 0.01
TOLERATED = 0.1

while True:
    asleep = time.monotonic()
    time.sleep(PAUSE)
    late = time.monotonic() - asleep - PAUSE
    if late > TOLERATED:
        print(round(late * 1000), flush=True)
