#!/usr/bin/env python3
"""Damaged evidence: files of each form are cut, flipped and filled by a fixed seed, and `genba triage FILE --look` has to answer each.

    damage_evidence.py GENBA --fuzz tests/fuzz/corpus --count 12     the short form, of the fuzz targets' own inputs
    damage_evidence.py GENBA --from FOLDER --count 200               of files in FOLDER/FORM/, FORM being a name below

An answer is status 0 or 1, objects a line of which the last is the summary, every row and problem with its path and offset, and what
was not covered wherever nothing was seen. Prints a line for each form."""
import argparse
import glob
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)
import make_ese  # noqa: E402

# form -> the name by which a parser knows it
NAMES = {
    'evtx': 'a.evtx', 'hive': 'Windows/System32/config/SYSTEM', 'prefetch': 'A.EXE-1.pf', 'lnk': 'a.lnk',
    'jump_list': '1.automaticDestinations-ms', 'custom_jump_list': '1.customDestinations-ms', 'mft': 'C/$MFT', 'usn': 'C/$Extend/$J',
    'browser': 'User Data/Default/History', 'srum': 'SRUDB.dat', 'webcache': 'WebCacheV01.dat', 'bits': 'qmgr.db',
    'task': 'Windows/System32/Tasks/a', 'recycle_bin': '$Recycle.Bin/S-1-5-18/$IA.txt', 'login_record': 'wtmp', 'web_log': 'access.log',
    'iis_log': 'u_ex251120.log', 'syslog': 'var/log/auth.log', 'journal': 'system.journal', 'shell_history': 'home/a/.bash_history',
    'collector': 'log.json', 'e01': 'a.E01', 'image': 'a.dd', 'zip': 'a.zip',
}


def read(path):
    with open(path, 'rb') as f:
        return f.read()


def own_seeds(corpus):
    """What the fuzz targets begin with, without the bytes that tell their target what it is."""
    def of(name, skip=0):
        return read(os.path.join(corpus, name))[skip:]
    chromium = of('browser/chromium')
    size = chromium[0] | chromium[1] << 8
    wtmp = bytearray(384 * 3)
    for i in range(3):
        wtmp[384 * i] = 7
        wtmp[384 * i + 8:384 * i + 13] = b'pts/0'
        wtmp[384 * i + 44:384 * i + 49] = b'sato\0'
        wtmp[384 * i + 340:384 * i + 344] = (1763600000 + i).to_bytes(4, 'little')
    seeds = {form: [make_ese.make(form)] for form in ('srum', 'webcache', 'bits')}
    seeds |= {
        'evtx': [of('evtx/' + n) for n in ('plain', 'nested', 'user', 'bare')], 'hive': [of('triage/hive', 2)],
        'prefetch': [of('triage/prefetch', 2), of('triage/packed', 2)], 'lnk': [of('triage/lnk', 2)],
        'custom_jump_list': [of('triage/custom', 2)], 'mft': [of('tables/mft', 1)], 'usn': [of('triage/usn', 2) * 20],
        'browser': [chromium[2:2 + size]], 'task': [of('triage/task', 2)], 'recycle_bin': [of('triage/bin', 2)],
        'login_record': [bytes(wtmp)], 'web_log': [of('triage/web', 2) * 20], 'iis_log': [of('triage/w3c', 2)],
        'syslog': [of('triage/syslog', 2) * 20], 'journal': [of('tables/journal', 1)], 'shell_history': [of('triage/history', 2) * 20],
        'collector': [of('triage/uploads', 2) * 20], 'e01': [of(f'ewf/{n}.E01') for n in ('fat', 'ext', 'ntfs')],
        'zip': [of('zip/velociraptor')],
    }
    if shutil.which('mkfs.fat'):
        with tempfile.NamedTemporaryFile() as f:
            f.truncate(256 << 10)
            subprocess.run(['mkfs.fat', f.name], check=True, stdout=subprocess.DEVNULL)
            seeds['image'] = [read(f.name)]
    return seeds


def damage(dice, data):
    b = bytearray(data)
    how = dice.choice(['flip', 'cut', 'zero', 'fill', 'many'])
    # of something large the beginning is where its structure is
    most = min(len(b), dice.choice([4096, 1 << 20, len(b)]))
    if how == 'cut':
        return bytes(b[:dice.randrange(1, len(b))])
    if how == 'flip':
        for _ in range(dice.randint(1, 8)):
            b[dice.randrange(most)] ^= 1 << dice.randrange(8)
    elif how == 'many':
        for _ in range(min(2000, 1 + most // 16)):
            b[dice.randrange(most)] = dice.randrange(256)
    else:
        at = dice.randrange(most)
        n = min(dice.randint(1, 4096 if how == 'zero' else 512), len(b) - at)
        b[at:at + n] = bytes(n) if how == 'zero' else dice.randbytes(n)
    return bytes(b)


def answer_is_whole(status, out, err):
    """What is wrong with the answer; None: nothing is."""
    if status not in (0, 1):
        return f'status {status}: {err[-300:].decode(errors="replace")}'
    lines = [json.loads(line) for line in out.splitlines()]
    if not lines or lines[-1]['kind'] != 'summary':
        return 'no summary at its end'
    problems = [x for x in lines if x['kind'] == 'problem']
    findings = [x for x in lines if x['kind'] == 'finding']
    if any(not isinstance(x.get('offset'), int) or 'path' not in x or not x.get('reason') for x in problems):
        return 'a problem without path, offset or reason'
    if any(not isinstance(x.get('offset'), int) or 'path' not in x for x in lines if x['kind'] == 'observation'):
        return 'a row without path or offset'
    if bool(problems) != (status == 1):
        return f'status {status} with {len(problems)} problems'
    if not any(x['state'] == 'not_covered' for x in findings):
        return 'it does not say what was not covered'
    if problems and not any(x['rule'] == 'gap.unread' for x in findings):
        return 'problems, and no gap.unread'
    return None


def give_up(_number, _frame):
    raise TimeoutError


def main():
    signal.signal(signal.SIGALRM, give_up)
    p = argparse.ArgumentParser()
    p.add_argument('genba')
    p.add_argument('--fuzz')
    p.add_argument('--from', dest='folder')
    p.add_argument('--count', type=int, default=12)
    p.add_argument('--seed', type=int, default=7)
    p.add_argument('--limit', type=float, default=600, help='seconds for one file')
    p.add_argument('--only')
    p.add_argument('--options', default='--recover')
    a = p.parse_args()
    seeds = own_seeds(a.fuzz) if a.fuzz else {
        form: [read(f) for f in sorted(glob.glob(f'{glob.escape(a.folder)}/{form}/*')) if os.path.isfile(f)] for form in NAMES}
    work = tempfile.mkdtemp(prefix='genba-damaged-')
    memory = os.path.join(work, 'memory')
    measured = ['/usr/bin/time', '-f', '%M', '-o', memory] if os.path.exists('/usr/bin/time') else []
    bad = 0
    for form, name in NAMES.items():
        if not seeds.get(form) or (a.only and form not in a.only.split(',')):
            continue
        dice = random.Random(f'{a.seed} {form}')
        statuses, rows, problems, slowest, largest = {}, 0, 0, 0.0, 0
        for i in range(a.count):
            folder = os.path.join(work, form)
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, 'wb') as f:
                f.write(damage(dice, dice.choice(seeds[form])))
            asked = path if form in ('e01', 'image', 'zip') else folder
            begun = time.monotonic()
            with open(os.path.join(work, 'out'), 'w+b') as out, open(os.path.join(work, 'err'), 'w+b') as err:
                run = subprocess.Popen([*measured, a.genba, 'triage', asked, '--look', '--jsonl', *a.options.split()], stdout=out, stderr=err, start_new_session=True,
                                       env=dict(os.environ, GENBA_CASE='', LC_ALL='C.UTF-8'))
                signal.setitimer(signal.ITIMER_REAL, a.limit)
                try:
                    status = run.wait()
                    signal.setitimer(signal.ITIMER_REAL, 0)
                    wrong = answer_is_whole(status, read(out.name), read(err.name))
                    if measured:  # its last line is the figure; before it may stand the exit status
                        largest = max(largest, int(read(memory).split()[-1]) // 1024)
                    for line in read(out.name).splitlines()[-1:]:
                        rows += json.loads(line).get('rows', 0)
                        problems += json.loads(line).get('problems', 0)
                except TimeoutError:
                    os.killpg(run.pid, signal.SIGKILL)  # whoever measures it, too
                    run.wait()
                    wrong, status = 'no answer', None
            slowest = max(slowest, time.monotonic() - begun)
            statuses[status] = statuses.get(status, 0) + 1
            if wrong:
                bad += 1
                kept = os.path.join(work, f'bad-{form}-{i}')
                shutil.copy(path, kept)
                print(f'FAIL: {form}, file {i} ({kept}): {wrong}')
            shutil.rmtree(folder)
        print(f'{form}: {a.count} files, statuses {dict(sorted(statuses.items(), key=str))}, {rows} rows, {problems} problems, '
              f'slowest {slowest:.1f} s, largest process {largest or "?"} MB', flush=True)
    if not bad:
        shutil.rmtree(work)
    sys.exit(bad > 0)


main()
