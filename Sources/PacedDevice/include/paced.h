// Nothing is called by name here: ALSA loads the library and finds what it needs.
#pragma once
