"""What systemd's own parser makes of environment files, a line of JSON a file: an object, or null where it refuses it.

It is the function that EnvironmentFile= goes through, called in systemd's own library, as no program offers it.
"""

import ctypes
import glob
import json
import sys

libraries = [name for place in ("lib/*", "lib", "lib64") for name in glob.glob(f"/usr/{place}/systemd/libsystemd-shared-*.so")]
if not libraries:
    sys.exit("systemd's library is not here: tests/run.sh installs it")
systemd = ctypes.CDLL(libraries[0])
for name in sys.argv[1:]:
    found = ctypes.POINTER(ctypes.c_char_p)()
    code = systemd.load_env_file(None, name.encode(), ctypes.byref(found))
    values = {}
    i = 0
    while code >= 0 and found and found[i] is not None:
        key, _, value = found[i].decode().partition("=")
        values[key] = value
        i += 1
    print(json.dumps(values if code >= 0 else None))
