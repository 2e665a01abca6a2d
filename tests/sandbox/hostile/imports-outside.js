// expect: refused at install
import secrets from '../../../../../etc/passwd';
export default { score: () => secrets };
