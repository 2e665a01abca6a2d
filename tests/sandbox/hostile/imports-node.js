// expect: refused at install
import { readFileSync } from 'node:fs';
export default { score: () => readFileSync('/etc/passwd', 'utf8') };
