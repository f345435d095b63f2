/** The built tracker as a text, put in by the edge build. */
declare module 'virtual:tracker-script' {
  const script: string;
  export default script;
}

/** The built script of web vitals. */
declare module 'virtual:vitals-script' {
  const script: string;
  export default script;
}
