// Transpiles a component with jco and runs it in Node: node component_in_node.mjs MODULES COMPONENT REQUEST.json
import { createRequire } from 'node:module';
import { readFile, writeFile, mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, component, requestFile] = process.argv.slice(2);
const request = JSON.parse(await readFile(requestFile, 'utf8'));
const found = createRequire(join(resolve(modules), 'package.json'));
const load = async name => import(pathToFileURL(found.resolve(name)));

const { transpile } = await load('@bytecodealliance/jco-transpile');
const { files } = await transpile(component, { name: 'guest', instantiation: 'async', outDir: request.folder, noTypescript: true });
for (const [name, content] of Object.entries(files)) {
  await mkdir(dirname(resolve(name)), { recursive: true });
  await writeFile(resolve(name), content);
}
await writeFile(join(request.folder, 'package.json'), '{"type": "module"}');

const { WASIShim } = await load('@bytecodealliance/preview2-shim/instantiation');
const shim = new WASIShim({ sandbox: { preopens: request.preopens, env: request.environment, args: ['guest'], enableNetwork: request.network } });
const imports = shim.getImportObject();
if (request.mended) {
  // jco's file system refuses `mutate-directory`, which Rust's standard library asks for with every file that it creates.
  const { Descriptor } = imports['wasi:filesystem/types'];
  const { openAt } = Descriptor.prototype;
  Descriptor.prototype.openAt = function (pathFlags, path, openFlags, flags) {
    return openAt.call(this, pathFlags, path, openFlags, { ...flags, mutateDirectory: false });
  };
}
const { instantiate } = await import(pathToFileURL(join(resolve(request.folder), 'guest.js')));
const compiled = async path => WebAssembly.compile(await readFile(join(request.folder, path)));
const { run } = await instantiate(compiled, imports);
try {
  run.run();
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
}
