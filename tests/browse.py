#!/usr/bin/env python3
"""A page in headless Chromium, over its debugging pipe: what it asks for, what it says on the console, whether anything is wider
than A4 paper, and what the printed PDF says. Usage: browse.py CHROMIUM PAGE.html PDF [PNG]; prints one JSON object."""
import base64
import json
import os
import subprocess
import sys
import tempfile
import time

browser, page, pdf = sys.argv[1:4]
picture = sys.argv[4] if len(sys.argv) > 4 else None
A4 = 794  # CSS pixels: 210 mm at 96 dpi
DEADLINE = time.monotonic() + 240

to_read, to_write = os.pipe()
from_read, from_write = os.pipe()
with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:

    def descriptors():
        high = [os.dup(to_read), os.dup(from_write)]  # 3 and 4 may be among those that are closed
        os.dup2(high[0], 3)
        os.dup2(high[1], 4)

    process = subprocess.Popen([browser, '--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--remote-debugging-pipe',
                                '--user-data-dir=' + profile, f'--window-size={A4},1123', 'about:blank'],
                               preexec_fn=descriptors, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(to_read)
    os.close(from_write)
    waiting = b''
    events = []
    number = 0

    def message():
        global waiting
        while b'\0' not in waiting:
            assert time.monotonic() < DEADLINE, 'the browser does not answer'
            piece = os.read(from_read, 1 << 20)
            assert piece, 'the browser is gone'
            waiting += piece
        one, waiting = waiting.split(b'\0', 1)
        return json.loads(one)

    def call(method, session=None, **params):
        global number
        number += 1
        request = {'id': number, 'method': method, 'params': params}
        if session:
            request['sessionId'] = session
        os.write(to_write, json.dumps(request).encode() + b'\0')
        while True:
            answer = message()
            if answer.get('id') == number:
                assert 'error' not in answer, answer
                return answer['result']
            events.append(answer)

    try:
        target = call('Target.createTarget', url='about:blank')['targetId']
        session = call('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
        for domain in ('Page', 'Network', 'Log', 'Runtime'):
            call(domain + '.enable', session)
        call('Emulation.setDeviceMetricsOverride', session, width=A4, height=1123, deviceScaleFactor=1, mobile=False)
        call('Page.navigate', session, url='file://' + os.path.abspath(page))
        while not any(e.get('method') == 'Page.loadEventFired' for e in events):
            events.append(message())
        wide = call('Runtime.evaluate', session, returnByValue=True, expression='''(() => {
            const width = document.documentElement.clientWidth, out = [];
            for (const e of document.querySelectorAll("body *")) {
                const box = e.getBoundingClientRect();
                if (box.right > width + 1 || (e.scrollWidth > e.clientWidth + 1 && e.clientWidth && getComputedStyle(e).display != "inline"))
                    out.push(e.tagName + "." + e.className + ": " + (e.textContent || "").slice(0, 60));
            }
            return {wide: out.slice(0, 5), overflow: document.documentElement.scrollWidth - width, scripts: document.scripts.length};
        })()''')['result']['value']
        printed = call('Page.printToPDF', session, preferCSSPageSize=True, printBackground=True)
        open(pdf, 'wb').write(base64.b64decode(printed['data']))
        if picture:
            height = int(call('Page.getLayoutMetrics', session)['cssContentSize']['height'])
            call('Emulation.setDeviceMetricsOverride', session, width=A4, height=min(height, 4000), deviceScaleFactor=1, mobile=False)
            open(picture, 'wb').write(base64.b64decode(call('Page.captureScreenshot', session)['data']))
        asked = [e['params']['request']['url'] for e in events if e.get('method') == 'Network.requestWillBeSent']
        said = [e for e in events if e.get('method') in ('Log.entryAdded', 'Runtime.consoleAPICalled', 'Runtime.exceptionThrown')]
        print(json.dumps({'requests': len([u for u in asked if not u.startswith('file://' + os.path.abspath(page))]),
                          'console': len(said), 'said': said[:3], **wide}))
        os.write(to_write, json.dumps({'id': 0, 'method': 'Browser.close'}).encode() + b'\0')
        process.wait(timeout=60)
    finally:
        process.kill()
        process.wait()
