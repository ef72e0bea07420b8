#!/usr/bin/env python3
"""What genba exports, judged by something that is not genba: the rules of each format that need nothing but Python, and the official
schemas where a folder holds them. Usage: exchange_check.py FOLDER [SCHEMAS]

FOLDER holds stix.json, misp.json, attackflow.json, case.json, timesketch.csv, timesketch.jsonl, iris/, twin.json.
SCHEMAS (optional) holds copies of public repositories: cti-stix2-json-schemas/, attack-flow-schema-2.0.0.json, describeTypes.json,
misp-objects/, uco/ (the .ttl files of UCO and CASE; rdflib answers those shapes that are queries), stix-pattern/ (STIXPattern.g4 made into JavaScript by ANTLR) and node_modules/ (ajv,
ajv-formats, antlr4, rdf-validate-shacl, jsonld, n3). What is not there is said to be left out."""
import csv
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import uuid

folder = sys.argv[1]
schemas = sys.argv[2] if len(sys.argv) > 2 else ''
bad = 0
done = []
left_out = []
UUID = r'[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'


def wrong(what):
    global bad
    bad += 1
    print('FAIL:', what)


def load(name):
    with open(os.path.join(folder, name), encoding='utf-8') as f:
        return json.load(f)


def rows(name):
    with open(os.path.join(folder, name), encoding='utf-8', newline='') as f:
        return list(csv.reader(f))


# ---- STIX 2.1

STIX_NAMESPACE = uuid.UUID('00abedb4-aa42-466c-9c01-fed23315a9b7')
IDENTIFYING = {'email-addr': ['value'], 'email-message': ['from_ref', 'subject'], 'file': ['hashes']}


def check_stix(name):
    objects = load(name)['objects']
    ids = {o['id'] for o in objects}
    if len(ids) != len(objects):
        wrong(f'{name}: an id stands twice')
    for o in objects:
        label = f"{name}: {o['id']}"
        if not re.fullmatch(re.escape(o['type']) + '--' + UUID, o['id']):
            wrong(f'{label}: no id of STIX')
        if o['spec_version'] != '2.1':
            wrong(f'{label}: spec_version')
        for key, value in o.items():
            if key.startswith('x_'):
                wrong(f'{label}: {key} is no property of STIX')
            refs = [value] if key.endswith('_ref') else value if key.endswith('_refs') else []
            for ref in refs:
                if ref not in ids:
                    wrong(f'{label}: {key} leads out of the bundle: {ref}')
            if key in ('created', 'modified', 'valid_from', 'published', 'execution_start') and \
                    not re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z', value):
                wrong(f'{label}: {key} is {value}')
        if o['type'] in IDENTIFYING:  # nothing but what stands there has gone into the id: a name that stays cannot be guessed from it
            identifying = {k: o[k] for k in IDENTIFYING[o['type']] if k in o}
            if o['type'] == 'file':
                first = next(k for k in ('MD5', 'SHA-1', 'SHA-256') if k in o['hashes'])
                identifying = {'hashes': {first: o['hashes'][first]}}
            text = json.dumps(identifying, sort_keys=True, separators=(',', ':'), ensure_ascii=False)
            follows = f"{o['type']}--{uuid.uuid5(STIX_NAMESPACE, text)}"
            if identifying and o['id'] != follows:
                wrong(f'{label} does not follow from its own values: {follows}')
        if o['type'] != 'marking-definition' and not o.get('object_marking_refs'):
            wrong(f'{label} is not marked')
        if o['type'] == 'marking-definition' and 'tlp_2_0' not in json.dumps(o):
            wrong(f'{label} is not TLP 2.0')
        if o['type'] == 'indicator' and o['pattern_type'] == 'stix' and \
                not re.fullmatch(r"\[[a-z0-9-]+:[^=]+ = '(?:[^'\\]|\\.)*'( AND [a-z0-9-]+:[^=]+ = '(?:[^'\\]|\\.)*')?\]", o['pattern'], re.S):
            wrong(f"{label}: pattern {o['pattern']}")
    done.append(f'{name}: {len(objects)} objects')
    return objects


def check_schema(name, objects, base):
    import jsonschema
    store = {}
    for top, _, names in os.walk(base):
        for one in names:
            if one.endswith('.json'):
                path = os.path.join(top, one)
                with open(path, encoding='utf-8') as f:
                    try:
                        store[one[:-5]] = (path, json.load(f))
                    except ValueError:
                        continue
    by_id = {schema['$id']: schema for _, schema in store.values() if isinstance(schema, dict) and '$id' in schema}  # nothing is fetched
    judged = 0
    for o in objects:
        if o['type'] not in store:
            continue
        _, schema = store[o['type']]
        resolver = jsonschema.RefResolver(schema['$id'], schema, store=by_id)
        try:
            errors = list(jsonschema.Draft202012Validator(schema, resolver=resolver).iter_errors(o))
        except jsonschema.exceptions.RefResolutionError as error:  # the schema refers to what it does not have
            left_out.append(f"{name}: the schema of {o['type']} ({error})")
            continue
        for error in errors[:3]:
            wrong(f"{name}: {o['id']}: {error.message[:200]}")
        judged += 1
    done.append(f'{name}: {judged} objects by the JSON schemas of STIX')


stix = check_stix('stix.json')
flow = check_stix('attackflow.json')
if [o['type'] for o in flow].count('attack-flow') != 1:
    wrong('attackflow.json: not exactly one attack-flow')
for o in flow:
    if o['type'].startswith('attack-'):
        if o['extensions'] != {'extension-definition--fb9c968a-745b-4ade-9b25-c324172197f4': {'extension_type': 'new-sdo'}}:
            wrong(f"attackflow.json: {o['id']} lacks its extension")
base = os.path.join(schemas, 'cti-stix2-json-schemas')
if schemas and os.path.isdir(base):
    check_schema('stix.json', stix, base)
    check_schema('attackflow.json', flow, base)
else:
    left_out.append('the JSON schemas of STIX')
path = os.path.join(schemas, 'attack-flow-schema-2.0.0.json')
if schemas and os.path.exists(path):
    import jsonschema
    with open(path, encoding='utf-8') as f:
        schema = json.load(f)
    for o in flow:
        if o['type'] in schema['$defs']:
            required = schema['$defs'][o['type']].get('required', [])
            for key in required:
                if key not in o:
                    wrong(f"attackflow.json: {o['id']}: '{key}' is required by the schema")
            for key in o:
                known = set(schema['$defs'][o['type']]['properties']) | {'id', 'created', 'modified', 'object_marking_refs',
                                                                        'external_references', 'extensions', 'created_by_ref'}
                if key not in known:
                    wrong(f"attackflow.json: {o['id']}: '{key}' is not in the schema")
    done.append('attackflow.json: by the schema of Attack Flow')
else:
    left_out.append('the schema of Attack Flow')

# ---- MISP

event = load('misp.json')['Event']
if event['published'] or event['distribution'] != '0':
    wrong('misp.json: it is published, or distributed')
attributes = event['Attribute'] + [a for o in event['Object'] for a in o['Attribute']]
for a in attributes:
    for key, value in a.items():
        if key not in ('to_ids', 'disable_correlation', 'Tag') and not isinstance(value, str):
            wrong(f'misp.json: {key} is no string')
    if not re.fullmatch(UUID, a['uuid']):
        wrong(f"misp.json: uuid {a['uuid']}")
if len({a['uuid'] for a in attributes}) != len(attributes):
    wrong('misp.json: a uuid stands twice')
done.append(f"misp.json: {len(attributes)} attributes, {len(event['Object'])} objects")
path = os.path.join(schemas, 'describeTypes.json')
if schemas and os.path.exists(path):
    with open(path, encoding='utf-8') as f:
        described = json.load(f)
    mapping = described.get('result', described)['category_type_mappings']
    for a in attributes:
        if a['type'] not in mapping.get(a['category'], []):
            wrong(f"misp.json: {a['category']} has no type {a['type']}")
    done.append('misp.json: by describeTypes')
else:
    left_out.append("MISP's describeTypes")
base = os.path.join(schemas, 'misp-objects', 'objects')
if schemas and os.path.isdir(base):
    for o in event['Object']:
        with open(os.path.join(base, o['name'], 'definition.json'), encoding='utf-8') as f:
            template = json.load(f)
        relations = {a['object_relation']: a['type'] for a in o['Attribute']}
        if o['template_uuid'] != template['uuid'] or int(o['template_version']) > template['version']:
            wrong(f"misp.json: {o['name']} is another template")
        for relation, kind in relations.items():
            if template['attributes'].get(relation, {}).get('misp-attribute') != kind:
                wrong(f"misp.json: {o['name']} has no {relation} of type {kind}")
        one = template.get('requiredOneOf')
        if one and not set(one) & set(relations) or not set(template.get('required', [])) <= set(relations):
            wrong(f"misp.json: {o['name']} lacks what its template requires")
    done.append('misp.json: by the templates of its objects')
else:
    left_out.append("MISP's object templates")

# ---- lists

table = rows('timesketch.csv')
for column in ('message', 'datetime', 'timestamp_desc'):
    if column not in table[0]:
        wrong(f'timesketch.csv: no column {column}')
when = table[0].index('datetime')
for row in table[1:]:
    if len(row) != len(table[0]) or not re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00', row[when]):
        wrong(f'timesketch.csv: {row}')
with open(os.path.join(folder, 'timesketch.jsonl'), encoding='utf-8') as f:
    lines = [json.loads(line) for line in f.read().split('\n') if line]
if len(lines) != len(table) - 1:
    wrong('timesketch.jsonl has other rows than timesketch.csv')
HEADINGS = {'assets': 'asset_name,asset_type_name,asset_description,asset_ip,asset_domain,asset_tags',
            'iocs': 'ioc_value,ioc_type,ioc_description,ioc_tags,ioc_tlp',
            'timeline': 'event_date,event_tz,event_title,event_category,event_content,event_raw,event_source,event_assets,event_iocs,event_tags'}
for name, heading in HEADINGS.items():
    with open(os.path.join(folder, 'iris', name + '.csv'), encoding='utf-8', newline='') as f:
        lines = list(csv.DictReader(f.read().splitlines()))  # as IRIS reads it
    for row in lines:
        if list(row) != heading.split(',') or None in row or None in row.values():
            wrong(f'iris/{name}.csv: {row}')
    if name == 'iocs' and any(row['ioc_tlp'] != row['ioc_tlp'].lower() for row in lines):
        wrong('iris/iocs.csv: a TLP in capitals')
    done.append(f'iris/{name}.csv: {len(lines)} rows')
for name in ('timesketch.csv', 'iris/assets.csv', 'iris/iocs.csv', 'iris/timeline.csv'):
    for row in rows(name):
        for cell in row:
            if re.match(r'[=+@\t]|-[^0-9]', cell) and not re.fullmatch(r'[+-]\d\d:\d\d', cell):
                wrong(f'{name}: a formula: {cell}')

# ---- CASE

graph = load('case.json')
ids = {o['@id'] for o in graph['@graph']}
context = graph['@context']


def walk(value):
    if isinstance(value, dict):
        if set(value) == {'@id'} and value['@id'] not in ids:
            wrong(f"case.json: {value['@id']} is nowhere")
        for key, inner in value.items():
            prefix = key.split(':')[0]
            if not key.startswith('@') and prefix not in context:
                wrong(f'case.json: {key} has no context')
            walk(inner)
    elif isinstance(value, list):
        for inner in value:
            walk(inner)


walk(graph['@graph'])
for o in ids:
    if not re.search(UUID + '$', o):
        wrong(f'case.json: {o} does not end with a UUID')
done.append(f'case.json: {len(ids)} objects')
if schemas and os.path.isdir(os.path.join(schemas, 'node_modules')):
    seen = subprocess.run(['node', os.path.join(os.path.dirname(os.path.abspath(__file__)), 'exchange_check.mjs'), folder, schemas],
                          capture_output=True, text=True)
    print(seen.stdout, end='')
    if seen.returncode:
        wrong('the validators of the npm registry: ' + seen.stderr[-2000:])
else:
    left_out.append('ajv, the grammar of patterns and the SHACL shapes of CASE (node_modules/)')



def check_sparql(base):
    """The shapes of UCO and CASE that are queries: of each node that a shape is about, no row may come back."""
    import glob
    from rdflib import Graph, OWL, RDF, RDFS
    from rdflib.namespace import SH
    shapes, data = Graph(), Graph()
    for path in sorted(glob.glob(os.path.join(base, '*.ttl'))):
        shapes.parse(path, format='turtle')
    data.parse(data=json.dumps(graph), format='json-ld')
    both, asked, nodes_asked = shapes + data, 0, 0
    for shape, query in shapes.subject_objects(SH.sparql):
        classes = set(shapes.objects(shape, SH.targetClass))
        if (shape, RDF.type, RDFS.Class) in shapes or (shape, RDF.type, OWL.Class) in shapes:
            classes.add(shape)
        nodes = {n for c in classes for sub in shapes.transitive_subjects(RDFS.subClassOf, c) for n in data.subjects(RDF.type, sub)}
        nodes |= {n for p in shapes.objects(shape, SH.targetSubjectsOf) for n in data.subjects(p, None)}
        nodes |= {n for p in shapes.objects(shape, SH.targetObjectsOf) for n in data.objects(None, p)}
        select = str(shapes.value(query, SH.select))
        path = shapes.value(shape, SH.path)
        if path is not None:
            select = select.replace('$PATH', path.n3())
        names = {str(p): str(n) for p, n in shapes.namespaces()}
        prolog = ''.join(f'PREFIX {p}: <{n}>\n' for p, n in names.items() if not re.search(rf'PREFIX\s+{re.escape(p)}:', select))
        for node in nodes:
            for row in both.query(prolog + select, initBindings={'this': node}):
                wrong(f"case.json: {shape}: {' '.join(str(value) for value in row)}")
        asked, nodes_asked = asked + 1, nodes_asked + len(nodes)
    done.append(f'case.json: {asked} shapes that are queries of SPARQL, asked of {nodes_asked} nodes')


if schemas and os.path.isdir(os.path.join(schemas, 'uco')):
    try:
        check_sparql(os.path.join(schemas, 'uco'))
    except ImportError:
        left_out.append('case.json: the shapes that are queries of SPARQL (Debian: python3-rdflib)')

# ---- the twin, checked on its own

twin = load('twin.json')
leaves, content = [], hashlib.sha256()
sized = lambda text: len(text.encode()).to_bytes(4, 'big') + text.encode()
for record in twin['records']:
    for name, field in record['fields'].items():
        if 'value' in field:
            leaf = hashlib.sha256(b'\0' + bytes.fromhex(field['salt']) + sized(record['id']) + sized(name) + sized(field['value'])).digest()
        else:
            leaf = bytes.fromhex(field['digest'])
        leaves.append(leaf)
        content.update(sized(record['id']) + sized(name) + leaf)
level = sorted(leaves)
while len(level) > 1:
    level = [hashlib.sha256(b'\1' + level[i] + level[i + 1]).digest() if i + 1 < len(level) else level[i] for i in range(0, len(level), 2)]
if level[0].hex() != twin['root'] or len(leaves) != twin['leaves']:
    wrong('twin.json: its fields do not give its root')
with tempfile.TemporaryDirectory() as work:
    with open(work + '/signers', 'w', encoding='utf-8') as f:
        f.write(f"twin {twin['key']}\n")
    with open(work + '/signature', 'w', encoding='utf-8') as f:
        f.write(twin['signature'] + '\n')
    said = ''.join(f'{line}\n' for line in [twin['format'], 'case ' + twin['case'], 'commit ' + twin['commit'], 'time ' + twin['time'],
                                           f"leaves {twin['leaves']}", 'root ' + twin['root'], 'content ' + content.hexdigest()])
    seen = subprocess.run(['ssh-keygen', '-Y', 'verify', '-f', work + '/signers', '-I', 'twin', '-n', 'genba-twin', '-s', work + '/signature'],
                          input=said.encode(), capture_output=True)
    if seen.returncode:
        wrong('twin.json: ' + (seen.stdout + seen.stderr).decode())
done.append(f'twin.json: {len(leaves)} fields, signed')

for line in done:
    print(line)
for line in left_out:
    print('left out:', line)
sys.exit(bad > 0)
