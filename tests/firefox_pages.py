"""Pages as Firefox shows them: the texts of some elements of each page, one list a page, as JSON on standard output.
Firefox has no --dump-dom; it is asked by its own protocol (Marionette: LENGTH:JSON over TCP on this machine).
Usage: firefox_pages.py BROWSER PROFILE IDS PAGE…   (IDS: with commas between)"""
import json
import socket
import subprocess
import sys
import time

browser, profile, ids, *pages = sys.argv[1:]
free = socket.create_server(("127.0.0.1", 0))
port = free.getsockname()[1]
free.close()
with open(profile + "/user.js", "w", encoding="utf-8") as settings:
    settings.write(f'user_pref("marionette.port", {port});\n'
                   'user_pref("browser.shell.checkDefaultBrowser", false);\n'
                   'user_pref("datareporting.policy.dataSubmissionEnabled", false);\n')
program = subprocess.Popen([browser, "--headless", "--no-remote", "--profile", profile, "--marionette"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    deadline = time.monotonic() + 120
    while True:
        try:
            wire = socket.create_connection(("127.0.0.1", port))
            break
        except OSError:  # it has not come up yet
            if program.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"{browser} did not come up")
            time.sleep(0.1)
    wire.settimeout(120)
    stream = wire.makefile("rb")

    def answer():
        digits = b""
        while (byte := stream.read(1)) not in (b":", b""):
            digits += byte
        return json.loads(stream.read(int(digits)))

    def ask(number, name, parameters):
        text = json.dumps([0, number, name, parameters]).encode()
        wire.sendall(str(len(text)).encode() + b":" + text)
        _, _, error, result = answer()
        if error:
            sys.exit(f"{browser}: {error}")
        return result

    answer()
    ask(1, "WebDriver:NewSession", {"capabilities": {}})
    found = []
    for page in pages:
        ask(2, "WebDriver:Navigate", {"url": "file://" + page})
        script = "return arguments[0].map(id => document.getElementById(id).textContent)"
        found.append(ask(3, "WebDriver:ExecuteScript", {"script": script, "args": [ids.split(",")]})["value"])
    json.dump(found, sys.stdout)
finally:
    program.terminate()
    program.wait()
