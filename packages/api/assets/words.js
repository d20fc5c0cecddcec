/**
 * What the page at /docs says, without the page: pure functions of the OpenAPI document and of what somebody has typed in.
 * Plain JavaScript, since the browser reads this very file; nothing here makes HTML.
 */

const methods = ['get', 'put', 'post', 'delete', 'patch'];
// A schema may hold itself.
const maxDepth = 12;

/** All operations by their tags, in the order of the document; tags without any are left out. */
export function groupsOf(document) {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    methods
      .filter((method) => method in item)
      .map((method) => operationOf(method, path, item[method], document)),
  );
  const described = document.tags ?? [];
  const names = [...new Set([...described.map(({ name }) => name), ...operations.map(({ tag }) => tag)])];
  return names
    .map((name) => ({
      name,
      description: described.find((tag) => tag.name === name)?.description ?? '',
      operations: operations.filter(({ tag }) => tag === name),
    }))
    .filter((group) => group.operations.length > 0);
}

function operationOf(method, path, operation, document) {
  const { operationId, tags = [], summary = '', description = '', parameters = [], requestBody } = operation;
  return {
    id: operationId,
    method: method.toUpperCase(),
    path,
    tag: tags[0] ?? 'other',
    summary,
    description,
    who: whoMay(operation),
    parameters,
    bodies: Object.entries(requestBody?.content ?? {}).map(([type, content]) => ({
      type,
      example: bodyText(type, content, document),
    })),
    answers: Object.entries(operation.responses ?? {})
      .filter(([status]) => status.startsWith('2'))
      .map(([status, answer]) => ({
        status,
        description: answer.description ?? '',
        types: Object.keys(answer.content ?? {}),
      })),
    problems: problemsOf(operation, document),
  };
}

/** Who may call it, in words. */
function whoMay(operation) {
  const roles = operation['x-roles'];
  if (Array.isArray(roles)) return `Where keys are asked for: ${roles.join(', ')}`;
  return operation.security?.length === 0 ? 'Anybody, without a key' : 'Who has a key';
}

/** Every problem that an operation may answer with: status, code, and what it means. */
function problemsOf(operation, document) {
  return Object.entries(operation.responses ?? {}).flatMap(([status, answer]) => {
    const examples = answer.content?.['application/problem+json']?.examples ?? {};
    return Object.entries(examples).map(([code, example]) => ({
      status,
      code,
      title: resolved(example, document).summary ?? '',
    }));
  });
}

/** What a reference inside of the document stands for. */
function resolved(value, document) {
  if (typeof value?.$ref !== 'string') return value ?? {};
  const parts = value.$ref.replace(/^#\//, '').split('/');
  return parts.reduce((found, part) => found?.[part], document) ?? {};
}

function bodyText(type, { example, schema }, document) {
  const value = example ?? exampleOf(schema ?? {}, document);
  return typeof value === 'string' && type !== 'application/json'
    ? value
    : JSON.stringify(value, undefined, 2);
}

/** A value that a schema takes: its example, else what must be there. */
export function exampleOf(schema, document, depth = 0) {
  if (depth > maxDepth) return null;
  const found = resolved(schema, document);
  const below = (part) => exampleOf(part, document, depth + 1);
  if ('example' in found) return found.example;
  if (Array.isArray(found.examples) && found.examples.length > 0) return found.examples[0];
  if ('const' in found) return found.const;
  if ('default' in found) return found.default;
  if (Array.isArray(found.enum)) return found.enum[0];
  const choice = found.anyOf ?? found.oneOf;
  if (Array.isArray(choice)) return below(choice[0]);
  if (Array.isArray(found.allOf)) return Object.assign({}, ...found.allOf.map(below));
  switch (Array.isArray(found.type) ? found.type[0] : found.type) {
    case 'object': {
      const needed = new Set(found.required ?? []);
      const fields = Object.entries(found.properties ?? {}).filter(([name]) => needed.has(name));
      return Object.fromEntries(fields.map(([name, part]) => [name, below(part)]));
    }
    case 'array':
      return [below(found.items ?? {})];
    case 'integer':
    case 'number':
      return Math.max(1, found.minimum ?? 1);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return 'text';
  }
}

/** Whether all the words stand somewhere in an operation. */
export function isFound({ id, method, path, tag, summary }, filter) {
  const text = `${method} ${path} ${tag} ${id} ${summary}`.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/**
 * The request that was filled in. `values`: what stands in the fields, by `place.name`; empty ones are not sent. `missing`:
 * parameters that have to be there and are not.
 */
export function requestOf(operation, values, body) {
  const given = operation.parameters
    .map((parameter) => ({ ...parameter, value: values[`${parameter.in}.${parameter.name}`] ?? '' }))
    .filter(({ value }) => value !== '');
  const names = new Set(given.map((parameter) => `${parameter.in}.${parameter.name}`));
  const missing = operation.parameters
    .filter((parameter) => parameter.required && !names.has(`${parameter.in}.${parameter.name}`))
    .map(({ name }) => name);
  const at = (place) => given.filter((parameter) => parameter.in === place);
  const path = at('path').reduce(
    (text, { name, value }) => text.replace(`{${name}}`, () => encodeURIComponent(value)),
    operation.path,
  );
  const query = at('query').map(
    ({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  const headers = Object.fromEntries(at('header').map(({ name, value }) => [name.toLowerCase(), value]));
  const isSent = body !== undefined && body.text !== '';
  if (isSent) headers['content-type'] = body.type;
  return {
    method: operation.method,
    url: query.length === 0 ? path : `${path}?${query.join('&')}`,
    headers,
    body: isSent ? body.text : undefined,
    missing,
  };
}

/** The same request for a shell. The key is a variable there: it belongs into no history. */
export function curlOf({ method, url, headers, body }, origin, hasKey) {
  const words = ['curl', '-i'];
  if (method !== (body === undefined ? 'GET' : 'POST')) words.push('-X', method);
  words.push(quoted(`${origin}${url}`));
  if (hasKey) words.push('-H', '"authorization: Bearer $CHAPPE_KEY"');
  for (const [name, value] of Object.entries(headers)) words.push('-H', quoted(`${name}: ${value}`));
  if (body !== undefined) words.push('--data-binary', quoted(body));
  return words.join(' ');
}

/** One word of a POSIX shell, whatever is in it. */
function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** An answer as one reads it: JSON on many lines, all else as it came. */
export function shownBody(text, type) {
  if (!/^application\/([\w.-]+\+)?json\b/.test(type)) return text;
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
