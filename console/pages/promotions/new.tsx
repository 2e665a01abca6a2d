// Written next.
export const NewPromotion = () => null;
