import { expect, test } from 'vitest';
import { Problem } from '../../contract/problem.ts';
import { chooseFormat } from './detect.ts';

const common = '1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5';
const combined = `${common} "-" "Agent"`;

test('the format that reads most of the first lines is chosen', () => {
  expect(chooseFormat({ format: 'auto' }, [combined]).name).toBe('combined');
  expect(chooseFormat({ format: 'auto' }, [common]).name).toBe('common');
  expect(chooseFormat({ format: 'auto' }, ['junk', combined, 'junk', 'junk']).name).toBe(
    'combined',
  );
  expect(chooseFormat({ format: 'auto' }, [common, combined, common]).name).toBe('common');
});

test('a format that is asked for is taken without a look at the lines', () => {
  expect(chooseFormat({ format: 'common' }, [combined]).name).toBe('common');
  expect(chooseFormat({ format: 'combined' }, ['junk']).name).toBe('combined');
});

test('lines of no known format are refused, and the first one is shown in a safe form', () => {
  const refusal = () => chooseFormat({ format: 'auto' }, ['<xml>\u001b[2J', 'b']);
  expect(refusal).toThrow(Problem);
  expect(refusal).toThrow(
    /^None of the first 2 lines is in a known format \(vhost-combined, .*, json\)/,
  );
  expect(refusal).toThrow('The first is: "<xml>\\u001b[2J"');
});

test('a file without lines is of any format', () => {
  expect(chooseFormat({ format: 'auto' }, []).name).toBe('combined');
});
