// Written next.
export const NewSegment = () => null;
