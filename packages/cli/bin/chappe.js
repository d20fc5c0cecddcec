#!/usr/bin/env node
// Plain JavaScript on purpose: whatever Node there is can read it, and say what is missing.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 13)) {
  await import('../dist/main.js');
} else {
  console.error(
    `chappe: needs Node 22.13 or newer; this is ${process.versions.node}\n` +
      `  install a newer Node, or run it with one for once: npx -p node@24 -- node ${process.argv[1]}`,
  );
  process.exitCode = 2;
}
