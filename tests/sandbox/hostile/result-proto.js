// expect: invalid_result
export default { score: async (customers, ctx) => {
  return JSON.parse('[{"customer":"c1","value":1,"__proto__":{"admin":true}}]');
} };
