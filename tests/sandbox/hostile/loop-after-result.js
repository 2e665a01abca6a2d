// expect: timeout
export default { score: async (customers, ctx) => {
  Promise.resolve().then(() => {}).then(() => {}).then(() => {}).then(() => {}).then(() => { for (;;); });
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
