// Written next.
export const Developers = () => null;
