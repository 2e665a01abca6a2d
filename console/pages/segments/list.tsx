// Written next.
export const Segments = () => null;
