// Written next.
export const PromotionPage = () => null;
