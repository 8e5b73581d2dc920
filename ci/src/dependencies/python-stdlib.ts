const NAMES =
  "abc argparse array ast asyncio atexit base64 bdb binascii bisect builtins bz2 calendar cgi " +
  "cmath cmd code codecs codeop collections colorsys compileall concurrent configparser " +
  "contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal " +
  "difflib dis distutils doctest email encodings enum errno faulthandler fcntl filecmp fileinput " +
  "fnmatch fractions ftplib functools gc getopt getpass gettext glob graphlib grp gzip hashlib " +
  "heapq hmac html http imaplib imp importlib inspect io ipaddress itertools json keyword " +
  "linecache locale logging lzma mailbox marshal math mimetypes mmap multiprocessing netrc " +
  "numbers operator optparse os pathlib pdb pickle pickletools pipes pkgutil platform plistlib " +
  "poplib posix pprint profile pstats pty pwd py_compile pyclbr pydoc queue quopri random re " +
  "readline reprlib resource runpy sched secrets select selectors shelve shlex shutil signal " +
  "site smtplib socket socketserver sqlite3 ssl stat statistics string stringprep struct " +
  "subprocess symtable sys sysconfig syslog tarfile telnetlib tempfile termios textwrap this " +
  "threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty types " +
  "typing unicodedata unittest urllib uuid venv warnings wave weakref webbrowser wsgiref xml " +
  "xmlrpc zipapp zipfile zipimport zlib zoneinfo"

const STANDARD = new Set(NAMES.split(" "))

/** True for a top-level module that comes with Python. */
export function isStandardModule(name: string): boolean {
  return STANDARD.has(name)
}
