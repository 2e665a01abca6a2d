// expect: result_too_large
export default { score: async (customers, ctx) => {
  return [{ customer: 'c1', value: 1, label: 'x'.repeat(2e7) }];
} };
