// Written next.
export const SegmentPage = () => null;
