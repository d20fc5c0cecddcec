import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generateCodec, generatedFile } from '../../../../scripts/generate-codec.ts';

it('generated.ts is what scripts/generate-codec.ts makes of the definitions', () => {
  expect(readFileSync(generatedFile, 'utf8')).toBe(generateCodec());
});
