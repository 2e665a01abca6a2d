// expect: timeout | killed | ok
export default { score: async (customers, ctx) => {
  Promise.reject({ get message() { for (;;); }, get stack() { for (;;); } });
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
