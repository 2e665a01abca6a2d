// ISO-8601 durations of weeks, days, hours, minutes and seconds, as milliseconds. Months and years have no fixed length.
const pattern = /^P(?=\d|T\d)(?:(\d+)W|(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?)$/;

export const durationMs = (text: string): number => {
  const match = pattern.exec(text);
  if (!match) throw new RangeError(`${text} is no duration`);
  const [weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
};
