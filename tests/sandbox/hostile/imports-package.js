// expect: refused at install
import knex from 'knex';
export default { score: () => knex };
