// Written next.
export const NewAlert = () => null;
