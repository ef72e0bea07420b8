// What genba exports, by the validators of the npm registry: STIX 2.1 by ajv and the official schemas, its patterns by the official
// grammar (made into a parser by ANTLR), CASE by the SHACL shapes of UCO and CASE. Called by exchange_check.py, which says what the
// folder SCHEMAS holds. Usage: node exchange_check.mjs FOLDER SCHEMAS
import fs from 'node:fs';
import path from 'node:path';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

const [folder, schemas] = process.argv.slice(2).map((p) => path.resolve(p));
const require = createRequire(path.join(schemas, 'here.js'));
const load = (name) => JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'));
const has = (...names) => names.every((name) => fs.existsSync(path.join(schemas, name)));
const done = [];
const leftOut = [];
let bad = 0;
function wrong(what) {
  bad++;
  if (bad <= 40) console.log('FAIL:', what);
}

// ---- STIX by its JSON schemas

if (has('node_modules/ajv', 'cti-stix2-json-schemas')) {
  const Ajv = require('ajv/dist/2020').default;
  const formats = require('ajv-formats').default;
  const ajv = new Ajv({strict: false, allErrors: true, unicodeRegExp: false});
  const ids = {};
  formats(ajv);
  const walk = (top) => fs.readdirSync(top, {withFileTypes: true}).forEach((entry) => {
    const place = path.join(top, entry.name);
    if (entry.isDirectory()) return walk(place);
    if (!entry.name.endsWith('.json')) return;
    const schema = JSON.parse(fs.readFileSync(place, 'utf8'));
    if (!schema.$id || ids[entry.name.slice(0, -5)]) return;
    ids[entry.name.slice(0, -5)] = schema.$id;
    ajv.addSchema(schema);
  });
  walk(path.join(schemas, 'cti-stix2-json-schemas', 'schemas'));
  for (const name of ['stix.json', 'attackflow.json']) {
    let judged = 0;
    for (const object of load(name).objects) {
      if (!ids[object.type]) continue;
      let validate;
      try {
        validate = ajv.getSchema(ids[object.type]);
      } catch (error) {
        const text = `ajv: the schema of ${object.type}: ${error.message}`;
        if (!leftOut.includes(text)) leftOut.push(text);
        continue;
      }
      judged++;
      if (!validate(object))
        wrong(`${name}: ${object.id}: ${ajv.errorsText(validate.errors).slice(0, 300)}`);
    }
    done.push(`${name}: ${judged} objects by ajv and the JSON schemas of STIX`);
  }
} else leftOut.push('ajv (node_modules/ajv, ajv-formats, cti-stix2-json-schemas/)');

// ---- patterns by the grammar

if (has('node_modules/antlr4', 'stix-pattern/STIXPatternParser.js')) {
  const antlr4 = (await import(pathToFileURL(require.resolve('antlr4')))).default;
  const Lexer = (await import(pathToFileURL(path.join(schemas, 'stix-pattern/STIXPatternLexer.js')))).default;
  const Parser = (await import(pathToFileURL(path.join(schemas, 'stix-pattern/STIXPatternParser.js')))).default;
  let judged = 0;
  for (const object of load('stix.json').objects) {
    if (object.type !== 'indicator' || object.pattern_type !== 'stix') continue;
    const said = [];
    const listener = {syntaxError: (r, s, line, column, text) => said.push(`${line}:${column} ${text}`), reportAmbiguity() {},
      reportAttemptingFullContext() {}, reportContextSensitivity() {}};
    const lexer = new Lexer(new antlr4.InputStream(object.pattern));
    lexer.removeErrorListeners();
    lexer.addErrorListener(listener);
    const parser = new Parser(new antlr4.CommonTokenStream(lexer));
    parser.removeErrorListeners();
    parser.addErrorListener(listener);
    parser.pattern();
    judged++;
    if (said.length) wrong(`stix.json: ${object.id}: the pattern ${object.pattern}: ${said[0]}`);
  }
  done.push(`stix.json: ${judged} patterns by the grammar of STIX`);
} else leftOut.push('the grammar of patterns (node_modules/antlr4, stix-pattern/ made of STIXPattern.g4 by ANTLR)');

// ---- CASE by SHACL

if (has('node_modules/rdf-validate-shacl', 'node_modules/jsonld', 'node_modules/n3', 'uco')) {
  const SHACLValidator = (await import(pathToFileURL(require.resolve('rdf-validate-shacl')))).default;
  const {Parser, Store, DataFactory} = require('n3');
  const jsonld = require('jsonld');
  const shapes = new Store();
  for (const name of fs.readdirSync(path.join(schemas, 'uco')).filter((n) => n.endsWith('.ttl')))
    shapes.addQuads(new Parser().parse(fs.readFileSync(path.join(schemas, 'uco', name), 'utf8')));
  for (const quad of shapes.getQuads(null, DataFactory.namedNode('http://www.w3.org/2002/07/owl#imports'), null, null))
    shapes.removeQuad(quad); // all of them are here
  const queries = shapes.getQuads(null, DataFactory.namedNode('http://www.w3.org/ns/shacl#sparql'), null, null);
  for (const quad of queries) shapes.removeQuad(quad);
  // exchange_check.py asks those queries of SPARQL
  const data = new Store(new Parser({format: 'application/n-quads'}).parse(await jsonld.toRDF(load('case.json'), {format: 'application/n-quads'})));
  const said = data.size;
  // the classes' own tree belongs to what is judged, or sh:class could not follow it
  const tree = 'http://www.w3.org/2000/01/rdf-schema#subClassOf';
  const subclasses = shapes.getQuads(null, DataFactory.namedNode(tree), null, null);
  const types = new Set(data.getObjects(null, DataFactory.namedNode('http://www.w3.org/1999/02/22-rdf-syntax-ns#type'), null).map((t) => t.value));
  const classes = new Set(shapes.getSubjects(null, null, null).map((s) => s.value));
  for (const type of types)
    if (!classes.has(type)) wrong(`case.json: UCO and CASE have no class ${type}`);
  for (const property of new Set(data.getPredicates(null, null, null).map((p) => p.value)))
    if (property.includes('ontology.org') && !classes.has(property)) wrong(`case.json: UCO and CASE have no property ${property}`);
  data.addQuads(subclasses);
  const report = await new SHACLValidator(shapes).validate(data);
  for (const result of report.results) {
    const severity = result.severity ? result.severity.value.split('#')[1] : '';
    const text = `case.json: ${severity} ${result.focusNode?.value} ${result.path?.value ?? ''}: ${result.message.map((m) => m.value).join('; ')}`;
    if (severity === 'Violation') wrong(text);
    else if (leftOut.length < 20) leftOut.push(text);
  }
  done.push(`case.json: ${said} statements by the SHACL shapes of UCO and CASE, ${types.size} classes`);
} else leftOut.push('the SHACL shapes of CASE (node_modules/rdf-validate-shacl, jsonld, n3, uco/*.ttl of UCO and CASE)');

for (const line of done) console.log(line);
for (const line of leftOut) console.log('left out:', line);
process.exit(bad > 0 ? 1 : 0);
