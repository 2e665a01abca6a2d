// Chinese: customers.
export const zhCustomers = {};
