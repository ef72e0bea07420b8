#!/usr/bin/env python3
"""The rules of the house (ARCHITECTURE.md), on the tree and on what was built of it. Each line names the file and what is
wrong. What may differ stands with its reason in the lists beside this file.
Usage: tests/house/check.py SOURCE BUILD"""
import collections
import glob
import os
import re
import statistics
import subprocess
import sys

source, build = sys.argv[1:3]
here = os.path.dirname(os.path.abspath(__file__))
os.chdir(source)
bad = 0

# Lowest first; a floor uses those in the lines above its own, and itself.
FLOORS = [['base'], ['vault', 'history'], ['case'], ['playbook', 'evidence'], ['handover'], ['finding'], ['outward'], ['tui']]
MOST_FILES, MOST_LINES, MEDIAN_LINES, CYCLE = 20, 600, 250, 4
# The folders of the screen: lowest first, in the same way. main.c and routes.c, in tui/ itself, know all of them.
SCREEN = [['term'], ['session'], ['command'], ['commands', 'commands/finding', 'workbench'], ['form'], ['list'], ['view'], ['view/finding']]
SQL_ROOMS = ('core/vault', 'core/history', 'core/case/database', 'core/case/store', 'core/case/query', 'core/case/care')


def wrong(text):
    global bad
    bad += 1
    print('FAIL:', text)


def listed(name):
    """A list of exceptions: `WHAT reason`. What is listed and no longer so has to go."""
    entries = {}
    path = os.path.join(here, name)
    if os.path.exists(path):
        for line in open(path, encoding='utf-8'):
            if line.strip() and not line.startswith('#'):
                what, _, reason = line.strip().partition(' ')
                if not reason:
                    wrong(f'tests/house/{name}: {what} has no reason')
                entries[what] = reason
    return entries


def check_list(name, found):
    """`found`: what -> message. Those that are not listed are wrong, and so are stale lines."""
    entries = listed(name)
    for what, message in sorted(found.items()):
        if what not in entries:
            wrong(message)
    for what in sorted(set(entries) - set(found)):
        wrong(f'tests/house/{name}: {what} is not so any more: remove the line')


def files_of(*ends):
    found = []
    for top in ('core', 'tui', 'po', 'opener'):
        for folder, _, names in os.walk(top):
            found += [os.path.join(folder, name) for name in names if name.endswith(ends)]
    return sorted(found)


text = {path: open(path, encoding='utf-8').read() for path in files_of('.c', '.h')}
sources = [path for path in text if path.endswith('.c')]
headers = [path for path in text if path.endswith('.h')]


def folder_of(path):
    """The room of a file. Kinds are data of the case, wherever their room is (core/CMakeLists.txt)."""
    if re.search(r'/kinds_[a-z0-9_]+\.c$', path):
        return 'core/case/kind'
    return os.path.dirname(path)


def floor_of(folder):
    parts = folder.split('/')
    return parts[1] if parts[0] == 'core' and len(parts) > 1 else parts[0]


rank = {floor: i for i, line in enumerate(FLOORS) for floor in line}
screen_rank = {f'tui/{folder}': i for i, line in enumerate(SCREEN) for folder in line}
screen_rank['tui'] = len(SCREEN)


def may_use(a, b):
    return a == b or rank[b] < rank[a]


def screen_of(folder):
    """The folder of the screen that a folder in it belongs to: tui/commands/outward is of tui/commands."""
    return '/'.join(folder.split('/')[:2]) if folder.startswith('tui') else folder


def may_use_on_screen(a, b):
    """Of two folders of tui/; folders of core/ are the floors' business."""
    a, b = screen_of(a), screen_of(b)
    return a == b or a not in screen_rank or b not in screen_rank or screen_rank[b] < screen_rank[a]


# ---- structure

# what is kept lies in these places, and a fuzzer's leavings do not: a working tree may hold more, what is committed may not
TOP = '''.ci .clang-format .clang-tidy .editorconfig .gitignore ARCHITECTURE.md BENCHMARKS.md CMakeLists.txt CMakePresets.json
CONTRIBUTING.md GUIDE.ja.md GUIDE.md LICENSE README.ja.md README.md bootstrap cmake core man opener packaging playbooks po
tests tui'''.split()
if os.path.exists('.git'):
    kept = subprocess.run(['git', '-c', 'safe.directory=*', 'ls-tree', '--name-only', '-z', 'HEAD'], capture_output=True, text=True, check=True)
    for name in sorted(set(kept.stdout.split('\0')) - set(TOP) - {''}):
        wrong(f'{name} lies in the top folder: it belongs into one of its folders, or into none')

folders = collections.Counter(os.path.dirname(path) for path in sources)
crowded = {folder: f'{folder} holds {n} .c files: at most {MOST_FILES}, make a room of what belongs together'
           for folder, n in folders.items() if n > MOST_FILES}
check_list('crowded', crowded)
for folder in folders:
    if folder.startswith('core') and floor_of(folder) not in rank:
        wrong(f'{folder} is no floor of the house')
    if folder.startswith('tui') and screen_of(folder) not in screen_rank:
        wrong(f'{folder} is no folder of the screen')
for path in text:
    if os.path.dirname(path) == 'tui' and os.path.basename(path) not in ('main.c', 'routes.c', 'routes.h'):
        wrong(f'{path}: only main.c and routes.c, which know all commands and views, are in tui/ itself')
sizes = {path: content.count('\n') for path, content in text.items()}
check_list('long', {path: f'{path} has {n} lines: cut it where its purposes part' for path, n in sizes.items() if n > MOST_LINES})
median = statistics.median(sizes[path] for path in sources)
if median > MEDIAN_LINES:
    wrong(f'the median file has {median} lines, more than {MEDIAN_LINES}')
for path in glob.glob('tests/**/*.[ch]', recursive=True):
    if '/data/' not in path and open(path, encoding='utf-8').read().count('\n') > MOST_LINES:
        wrong(f'{path} has more than {MOST_LINES} lines: cut it where its purposes part')

# the picture that opens ARCHITECTURE.md names every room
picture = open('ARCHITECTURE.md', encoding='utf-8').read().split('```')[1]
for folder in sorted({'/'.join(path.split('/')[:3]) for path in sources if path.startswith('core/') and path.count('/') > 2} |
                     {'/'.join(path.split('/')[:2]) for path in sources if path.startswith('tui/') and path.count('/') > 1}):
    floor, room = os.path.split(folder)
    line = re.search(rf'{floor}/(.*?)(?=core/|\n)', picture)
    if not line or not re.search(rf'(?<!\w){room}/', line[1]):
        wrong(f'ARCHITECTURE.md: the picture does not show the room {folder}: add it to the line of {floor}/')

# a header opens by saying what it is for; a file without one of its name says it itself
for path in headers:
    if not text[path].startswith('/*'):
        wrong(f'{path}:1: does not open by saying what it is for')
check_list('openings', {path: f'{path}:1: has no header of its name and does not open by saying what it is for'
                        for path in sources if path[:-2] + '.h' not in text and not text[path].startswith('/*')})

# ---- includes

arrows = collections.defaultdict(set)  # folder -> folders, by includes
for path, content in text.items():
    folder = folder_of(path)
    for number, line in enumerate(content.split('\n'), 1):
        found = re.match(r'#include "([^"]*)"', line)
        if not found:
            curses = re.match(r'#include <(ncursesw/.*|n?curses|panel|menu|form|term)\.h>', line)
            if curses and not path.startswith('tui/'):
                wrong(f'{path}:{number}: only tui/ includes curses')
            continue
        name = found[1]
        if name == 'catalogue.h' or name.startswith('rows/') or '/' not in name or not path.startswith(('core/', 'tui/')):
            continue
        used = name if name.startswith('tui/') else 'core/' + name
        if used not in text:
            if not used.endswith('.def') and not used.startswith('tui/commit'):
                wrong(f'{path}:{number}: there is no {used}')
            continue
        to = folder_of(used)
        if not may_use(floor_of(folder), floor_of(to)):
            wrong(f'{path}:{number}: {floor_of(folder)} may not include "{name}"')
        if not may_use_on_screen(folder, to):
            wrong(f'{path}:{number}: {folder} may not include "{name}"')
        if name.endswith('_private.h') and to != folder:
            wrong(f'{path}:{number}: "{name}" is private to {to}/')
        if name.endswith('_internal.h') and floor_of(to) != floor_of(folder):
            wrong(f'{path}:{number}: "{name}" is for the rooms of core/{floor_of(to)}/ only')
        if to != folder:
            arrows[folder].add((to, path, name))

# ---- symbols

defined, taken = {}, collections.defaultdict(set)
objects = {}
for base in ('core', 'tui'):
    for folder, _, names in os.walk(f'{build}/{base}/CMakeFiles'):
        for name in names:
            if name.endswith('.c.o') and re.search(r'/genba(_[a-z]+)?\.dir', folder + '/') and 'genba_stick' not in folder:
                path = re.sub(r'^.*?/[a-z_]+\.dir/', '', os.path.join(folder, name))[:-2]
                if f'{base}/{path}' in text:
                    objects[os.path.join(folder, name)] = f'{base}/{path}'
if not objects:
    wrong(f'nothing is built in {build}')
missing = [path for path in sources if path.startswith(('core/', 'tui/')) and path not in objects.values()]
for path in missing:
    wrong(f'{path} is not built')
symbols = subprocess.run(['nm', '-A', '-P', *objects], capture_output=True, text=True, check=False).stdout
functions = set()
for line in symbols.splitlines():
    name, symbol, kind = re.match(r'(.*\.o): (\S+) (\S)', line).groups()
    path = objects[name]
    if path == 'tui/session/wiped_heap.c':
        continue  # it stands in for the C library
    if kind in 'TDBRVWC':
        defined[symbol] = path
        if kind == 'T':
            functions.add(symbol)
    elif kind == 'U':
        taken[path].add(symbol)
uses = collections.defaultdict(dict)  # file -> {file: symbol}
for path, names in taken.items():
    for symbol in names:
        to = defined.get(symbol)
        if to and to != path:
            uses[path].setdefault(to, symbol)
            a, b = folder_of(path), folder_of(to)
            if not may_use(floor_of(a), floor_of(b)):
                wrong(f'{path} takes {symbol} from {to}: {floor_of(a)} may not use {floor_of(b)}')
            if not may_use_on_screen(a, b):
                wrong(f'{path} takes {symbol} from {to}: {a} may not use {b}')
            if a != b:
                arrows[a].add((b, path, symbol))


def circles(graph):
    """Strongly connected components of more than one node (Tarjan)."""
    index, low, stack, on, out, count = {}, {}, [], set(), [], [0]

    def visit(v):
        index[v] = low[v] = count[0]
        count[0] += 1
        stack.append(v)
        on.add(v)
        for w in graph.get(v, ()):
            if w not in index:
                visit(w)
                low[v] = min(low[v], low[w])
            elif w in on:
                low[v] = min(low[v], index[w])
        if low[v] == index[v]:
            component = []
            while True:
                w = stack.pop()
                on.discard(w)
                component.append(w)
                if w == v:
                    break
            if len(component) > 1:
                out.append(sorted(component))
    sys.setrecursionlimit(10000)
    for v in list(graph):
        if v not in index:
            visit(v)
    return out


for circle in circles({a: {b for b, _, _ in out} for a, out in arrows.items()}):
    wrong('these folders use each other in a circle: ' + ' '.join(circle))
    for a in circle:
        for b in circle:
            between = sorted(arrow for arrow in arrows[a] if arrow[0] == b)
            if between:
                print(f'    {between[0][1]} uses {between[0][2]} of {b}, and {len(between) - 1} more')
check_list('circles', {'+'.join(sorted({os.path.dirname(path) for path in circle})):
                       f'{len(circle)} files use each other in a circle: ' + ' '.join(circle)
                       for circle in circles(uses) if len(circle) > CYCLE})

curses = subprocess.run('PATH=$PATH:/usr/sbin:/sbin ldconfig -p', shell=True, capture_output=True, text=True, check=False).stdout
libraries = [re.search(rf'{name}\.so\.6.*=> (\S+)', curses) for name in ('libncursesw', 'libtinfo')]
if not all(libraries):
    wrong('libncursesw is not found')
else:
    out = subprocess.run(['nm', '-DP', *(found[1] for found in libraries)], capture_output=True, text=True, check=False).stdout
    screen = {line.split('@')[0].split()[0] for line in out.splitlines() if re.match(r'\S+ [TDBRVW]', line)}
    if 'wadd_wch' not in screen:
        wrong('the symbols of libncursesw cannot be read')
    for path, names in taken.items():
        for symbol in sorted(names & screen):
            if path.startswith('core/'):
                wrong(f'{path} takes {symbol} from curses')

# core/ asks nobody at a terminal
for path in sources:
    if path.startswith('core/') and re.search(r'#include <termios\.h>|"/dev/tty"', text[path]):
        wrong(f'{path}: reads a terminal: that is for tui/session/')

# the workbench's members are its own: a view asks workbench.h
for path, content in text.items():
    if path.startswith('tui/') and not path.startswith('tui/workbench/'):
        for number, line in enumerate(content.split('\n'), 1):
            if re.search(r'\bwb->', line):
                wrong(f'{path}:{number}: touches a member of the workbench')

# one place waits for input; what works for long or is foreign is begun by commands, not while a view is drawn
for call, what, where in (('screen_key', 'waits for input', r'tui/workbench/events\.c|tui/term/'),
                          ('worker_run', 'starts a worker', r'core/'),
                          ('case_merge', 'merges', r'tui/commands/|core/'),
                          ('merge_plan_(?:open|make)', 'looks into what a colleague sent', r'tui/view/view_merge\.c|core/'),
                          ('merge_plan_write', 'merges', r'tui/commands/|core/')):
    for path in sources:
        for number, line in enumerate(text[path].split('\n'), 1):
            if re.search(rf'\b{call}\(', line) and not re.match(where, path) and not line.startswith((' *', '/*')):
                wrong(f'{path}:{number}: {what} ({call}())')

# what is not screen is tried without one
for path in glob.glob('tests/core/**/*.[ch]', recursive=True):
    for number, line in enumerate(open(path, encoding='utf-8'), 1):
        if line.startswith('#include "tui/'):
            wrong(f'{path}:{number}: a test of core/ includes the screen')

# what is exported has a caller elsewhere in the program
called = set().union(*taken.values()) if taken else set()
check_list('exported', {symbol: f'{path}: nothing outside this file calls {symbol}: make it static'
                        for symbol, path in defined.items() if symbol not in called and symbol != 'main'})

# ---- names

tags = collections.defaultdict(set)
for path, content in text.items():
    for found in re.finditer(r'^(?:typedef )?(?:struct|union|enum) ([a-z_0-9]+) \{', content, re.M):
        tags[found[1]].add(path)
check_list('tags', {tag: f'struct {tag} is defined in {" and in ".join(sorted(paths))}' for tag, paths in tags.items() if len(paths) > 1})

# A function that others may call says whose it is: the file or its folder, or the header that declares it; or the thing that
# it is about: a struct of that header, a kind of record.
kind_names = set(re.findall(r'KIND\("([a-z]+)"', ''.join(text[path] for path in sources if '/kinds_' in path)))
declared = collections.defaultdict(set)  # function -> headers
for path in headers:
    for found in re.finditer(r'\b([a-z]\w*)\(', re.sub(r'/\*.*?\*/', '', text[path], flags=re.S)):
        declared[found[1]].add(path)


def first_words(name):
    words = name.split('_')
    return {'_'.join(words[:i]) for i in range(1, len(words) + 1)}


def prefixes(path, symbol):
    names = first_words(os.path.basename(path)[:-2]) | set(path.split('/')[1:-1]) | kind_names
    tags = set(re.findall(r'^(?:struct|enum|union) (\w+) \{', text[path], re.M))
    for header in declared[symbol]:
        names |= first_words(re.sub(r'(_private|_internal)?\.h$', '', os.path.basename(header)))
        tags |= set(re.findall(r'\b(?:struct|enum|union) (\w+) \{', text[header])) | set(re.findall(r'^struct (\w+);', text[header], re.M))
    names |= tags
    row = re.fullmatch(r'(\w+)_(?:run|recognises)', symbol)
    if row and path.startswith('core/finding/triage/') and re.search(rf'\b{symbol}\b', text['core/finding/triage/parsers.c']):
        names.add(row[1])  # a parser, by the name in its row
    return names | {name + 's' for name in names} | {name[:-1] for name in names if name.endswith('s')}


found = {}
for symbol, path in defined.items():
    if path in text and symbol in functions and symbol != 'main' and not any(symbol == name or symbol.startswith(name + '_') for name in prefixes(path, symbol)):
        found.setdefault(f'{path}:{symbol.split("_")[0]}', f'{path}: {symbol} does not say whose it is: begin it with the name of its file')
check_list('prefixes', found)

# ---- written once: quoting for a shell, equality of fields, labels and ids, who a responder is

for pattern, home, what in ((r'"\'\\\\\'\'"', r'core/base/words\.c', 'quotes for a shell: words_quote() does it'),
                            (r'\? json_equal\(|&& json_equal\(', r'core/base/json\.c', 'compares values that may be missing: json_same() does it'),
                            (r'^static int \w*equals?\(const json_t \*\w+, const char \*', r'core/base/json\.c', 'asks what a member says: json_is() does it'),
                            (r'record_each\([^;]*"responder"', r'core/case/store/responders\.c', 'looks responders up: responder_each() does it'),
                            # the part of a CACAO id behind its dashes, whatever it is
                            (r'^static .*\b\w*uuid\w*\(', r'core/base/uuid\.c|core/playbook/load/compat_import\.c', 'is about ids: base/uuid.h is'),
                            # a time may be said after a label of any shape; base/ knows no kinds
                            (r'^static .*\bis_label\w*\((?:const )?char', r'core/case/identity/label\.c|core/base/time/edtf\.c', 'takes labels apart: label_split() does it')):
    for path in sources:
        for number, line in enumerate(text[path].split('\n'), 1):
            if re.search(pattern, line) and not re.match(home, path):
                wrong(f'{path}:{number}: {what}')

# ---- borders

sql = re.compile(r'sqlite3_(prepare|exec\b|mprintf)|"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE TABLE|PRAGMA|BEGIN|DROP|ALTER)\b')
found = {}
for path, content in text.items():
    if path.startswith(('core/', 'tui/')) and not path.startswith(SQL_ROOMS):
        for number, line in enumerate(content.split('\n'), 1):
            if sql.search(line) and not line.lstrip().startswith(('*', '/*')):
                found.setdefault(path, f'{path}:{number}: SQL outside {", ".join(SQL_ROOMS)}')
check_list('sql', found)
found = {}
for path, content in text.items():
    if not path.startswith('core/history/'):
        for number, line in enumerate(content.split('\n'), 1):
            if re.search(r'\bgit_(object|ref|commit|touch)\b', line) and '"' in line:
                found.setdefault(path, f'{path}:{number}: names a table of core/history/')
check_list('history_tables', found)

# ---- kinds by name

kinds = set(re.findall(r'KIND\("([a-z]+)"', ''.join(text[path] for path in sources if '/kinds_' in path)))
if len(kinds) < 20:
    wrong('the kinds cannot be read')
compares = re.compile(r'(?:strcmp|strcasecmp|\bis|_is|is_kind|equals?)\([^;]*?"(' + '|'.join(sorted(kinds)) + r')"')
found = {}
for path in sources:
    for number, line in enumerate(text[path].split('\n'), 1):
        hit = compares.search(line)
        if hit and re.search(r'kind', line):
            found.setdefault(f'{path}:{hit[1]}', f'{path}:{number}: compares a kind with "{hit[1]}": its row should say it')
check_list('kinds', found)
if len(found) > 10:
    wrong(f'{len(found)} comparisons with a kind by its name: at most 10')

# ---- formats are rows, which say all about themselves: their names are compared where they are looked up

def compared(names, what):
    compare = re.compile(r'str(?:case)?cmp\([^;"]*"(' + '|'.join(sorted(names)) + r')"\)')
    for path in sources:
        for number, line in enumerate(text[path].split('\n'), 1):
            hit = compare.search(line)
            if hit and not line.lstrip().startswith(('*', '/*')):
                wrong(f'{path}:{number}: compares with "{hit[1]}", the name of a {what}: its row should say it')


formats = set(re.findall(r'^const struct exchange_format \w+ = \{\.name = "([a-z]+)"', ''.join(text[path] for path in sources), re.M))
if not {'git', 'csv', 'svg', 'stix'} <= formats:
    wrong('the formats cannot be read')
compared(formats, 'format')

commands = set(re.findall(r'^COMMAND\("([a-z]+)"', open('tui/command/command.def', encoding='utf-8').read(), re.M))
if len(commands) < 40:
    wrong('the commands cannot be read')
named = re.compile(r'str(?:case)?cmp\([^;"]*\bcommand(?:->name)?,[^;"]*"(' + '|'.join(sorted(commands)) + r')"\)')
for path in sources:
    for number, line in enumerate(text[path].split('\n'), 1):
        if path.startswith('tui/') and (hit := named.search(line)):
            wrong(f'{path}:{number}: compares with "{hit[1]}", the name of a command: its row should say it')

# ---- translated text is shown, and nothing else: what it says is asked of fields

cutting = re.compile(r'\b(?:str(?:case|n|ncase)?cmp|mem(?:cmp|mem)|str(?:case)?str|strchr|strspn|strcspn)\(')
translated = re.compile(r'\b[_CP]_?\("|\berr_reason\(|\berr(?:->|\.)message\b|\bwhy(?:->|\.)message\b')
for path in sources:
    for call in cutting.finditer(text[path]):
        depth, end = 1, call.end()
        while depth and end < len(text[path]):
            depth += {'(': 1, ')': -1}.get(text[path][end], 0)
            end += 1
        layout = r"'\n'" in text[path][call.end():end]  # where its lines end is no meaning of it
        if not layout and translated.search(text[path], call.end(), end):
            number = text[path].count('\n', 0, call.start()) + 1
            wrong(f'{path}:{number}: compares or cuts a text that is translated: ask a field for what it says')

# ---- what the system says is told in the interface's language, and goes on record in English: err_system_text(), remark_system()
# (the opener speaks English to the program that calls it)

for path in sources:
    for number, line in enumerate(text[path].split('\n'), 1):
        if not path.startswith(('core/base/err.c', 'opener/')) and re.search(r'\b(?:strerror(?:_[lr]|name_np|desc_np)?|perror)\(', line):
            wrong(f'{path}:{number}: the cause is English for everybody: err_system_text()')

# ---- what a person types and is refused stays: tests/tui/test_prompts.c types each prompt wrong once

# What asks for a value. A question for y or n takes none, and says so to any other key.
asking = re.compile(r'\b(prompt_(?:text|edit|pick|command|choice|choice_named|path|path_ask|path_new)|draft_prompt_(?:text|checked|reason|note)'
                    r'|form_ask|form_ask_value_from|form_pick_reference|form_choose_field|questions_ask)\(')
beginning = re.compile(r'^(?:[a-z].*[ *])?(\w+)\([^;]*$')
typed_wrong = set(re.findall(r'[a-z_]+\.c:[a-z_]+', ''.join(open(f'tests/tui/{name}.c', encoding='utf-8').read()
                                                         for name in ('test_prompts', 'test_prompts_found', 'test_first_reader', 'test_colleagues'))))
asks, function = {}, None
for path in sources:
    if not path.startswith('tui/') or path.startswith('tui/workbench/') and 'prompt' in path:
        continue
    for number, line in enumerate(text[path].split('\n'), 1):
        head = beginning.match(line)
        function = head[1] if head else function
        if not head and line[:1].isspace() and asking.search(line):
            asks.setdefault(f'{os.path.basename(path)}:{function}', f'{path}:{number}')
if len(asks) < 40:
    wrong('the functions that ask for a value cannot be read')
check_list('unrefused', {name: f'{where}: {name.split(":")[1]}() asks for a value, and no row of tests/tui/test_prompts.c types it wrong'
                         for name, where in asks.items() if name not in typed_wrong})
for name in sorted(typed_wrong - set(asks)):
    wrong(f'tests/tui/test_prompts.c: {name} asks for nothing any more')

# ---- verbs of actions are rows

verbs = set(re.findall(r'^ *\{"([a-z]+)", N_\(', text['core/case/action/verb.c'], re.M))
for path in sources:
    for number, line in enumerate(text[path].split('\n'), 1):
        hit = re.search(r'action_begin(?:_within)?\([^"]*"([a-z]+)"', line)
        if hit and hit[1] not in verbs:
            wrong(f'{path}:{number}: the verb "{hit[1]}" has no row in core/case/action/verb.c')
        hit = re.search(r'str(?:n?case|n)?cmp\([^;"]*\b(?:verb|action)(?:->name)?,[^;"]*"(' + '|'.join(sorted(verbs)) + r')"', line)
        if hit:
            wrong(f'{path}:{number}: compares with the verb "{hit[1]}": its row should say it')

# ---- rooms have tests, texts have a catalogue

untested = {}
for folder in folders:
    if folder.startswith('core/') and not glob.glob(f'tests/{folder}/test_*.c') + glob.glob(f'tests/{folder}/**/test_*.c', recursive=True):
        untested[folder] = f'{folder} has no tests: tests/{folder}/test_NAME.c'
check_list('untested', untested)
known = set(subprocess.run(['po/update', '--files'], capture_output=True, text=True, check=False).stdout.split())
for path, content in text.items():
    if re.search(r'\b(?:_|N_|C_|P_|HELP)\("', content) and path not in known and '#define _(' not in content:
        wrong(f'{path} has texts to translate, and no catalogue reads it (po/update)')

# ---- a number in a message takes the form that belongs to it: "1 records" is P_()'s business

# a limit is no such number, nor is what is told in %d: it is one that the program was written with
counted = re.compile(r'(at most |more than |than the )?%(?:zu|llu|lu|ld|lld|u) (?:(?:more|other|damaged|impossible) )?([a-z]+s)\b')
VERBS = {'is', 'was', 'does', 'has', 'lies', 'passes', 's', 'bytes'}  # and a unit
plurals = {}
for path, content in text.items():
    for macro, strings in re.findall(r'\b(_|N_|C_)\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)', content):
        message = ''.join(re.findall(r'"((?:[^"\\]|\\.)*)"', strings))
        for limit, noun in counted.findall(message):
            if noun not in VERBS and not limit:
                plurals[f'{path}:{noun}'] = f'{path}: "{message}" says "1 {noun}" of one: P_()'
                break
check_list('plurals', plurals)

# ---- what the cage takes apart is fuzzed


def with_helpers(path, seen):
    content = open(path, encoding='utf-8').read()
    for name in re.findall(r'#include "(?:[a-z_/]*/)?(help_\w+)\.h"', content):
        for helper in glob.glob(f'tests/**/{name}.[ch]', recursive=True):
            if helper not in seen:
                seen.add(helper)
                content += with_helpers(helper, seen)
    return content


fuzzed = listed('fuzzed')
jobs = {job: folder_of(path) for path in sources for job in re.findall(r'^const struct worker_job (\w+)', text[path], re.M)}
for job in sorted(set(fuzzed) - set(jobs)):
    wrong(f'tests/house/fuzzed: there is no {job}: remove the line')
for job, folder in sorted(jobs.items()):
    targets, _, why = fuzzed.get(job, '').partition(' ')
    if not targets or (targets == 'none' and not why):
        wrong(f'{folder}: {job} has no fuzz target: name it in tests/house/fuzzed, or say why there is none')
        continue
    room = '/'.join(folder.split('/')[:3])
    own = set(re.findall(r'\b([a-z]+_[a-z0-9_]+)\(', ''.join(content for path, content in text.items() if path.startswith(room + '/'))))
    for target in targets.split(',') if targets != 'none' else []:
        if not os.path.exists(f'tests/fuzz/{target}.c'):
            wrong(f'tests/house/fuzzed: there is no {target}')
            continue
        content = with_helpers(f'tests/fuzz/{target}.c', set())
        if f'&{job}' not in content and not own & set(re.findall(r'\b([a-z]+_[a-z0-9_]+)\(', content)):
            wrong(f'tests/fuzz/{target}.c calls nothing of {room}: it is no target of {job}')
given = ''.join(open(f'tests/fuzz/{target}.c', encoding='utf-8').read() for target in fuzzed.get('triage_job', '').split(',') if target)
parsers = re.findall(r'^    \{"([a-z_]+)", \d', text['core/finding/triage/parsers.c'], re.M)
if len(parsers) < 15:
    wrong('the parsers of triage cannot be read')
for name in parsers:
    if f'"{name}"' not in given:
        wrong(f'core/finding/triage/parsers.c: no target of tests/fuzz gives {name} bytes')

# A comment is read beside code: no line of it is wider than the widest that the layout lets stand. Tables in it may be.
WIDEST = 132
for top in ('core', 'tui', 'po', 'opener', 'tests'):
    for folder, _, names in os.walk(top):
        for path in (os.path.join(folder, name) for name in names if name.endswith(('.c', '.h'))):
            for number, line in enumerate(open(path, encoding='utf-8'), 1):
                if re.match(r'\s*(/\*|\*) \S', line) and len(line.rstrip('\n').expandtabs(8)) > WIDEST:
                    wrong(f'{path}:{number} is a comment of more than {WIDEST} columns: wrap it')

if not bad:
    print(f'house: {len(folders)} folders, {len(sources)} files, median {median:.0f} lines; dependencies point downwards')
sys.exit(bad > 0)
