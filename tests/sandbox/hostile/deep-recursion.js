// expect: plugin_error
export default { score: async (customers, ctx) => {
  const down = () => down() + 1;
  down();
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };
