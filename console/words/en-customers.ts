// English: customers.
export const enCustomers = {};
