// expect: invalid_result
export default { score: async (customers, ctx) => {
  const all = [];
  all.push(all);
  return all;
} };
