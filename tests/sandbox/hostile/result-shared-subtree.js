// expect: result_too_large | invalid_result | timeout | memory | killed
export default { score: async (customers, ctx) => {
  let all = ['xxxxxxxxxx'];
  for (let i = 0; i < 40; i++) all = [all, all];
  return all;
} };
