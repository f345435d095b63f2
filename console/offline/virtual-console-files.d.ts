/** The built files of the console with their revisions, put in by the build of the service worker. */
declare module 'virtual:console-files' {
  const files: { url: string; revision: string | null }[];
  export default files;
}
