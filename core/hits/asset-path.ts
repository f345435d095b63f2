/** What a page is not: files that pages load, downloads and feeds. */
const assetPath =
  /\.(?:png|jpe?g|gif|webp|avif|svg|ico|bmp|css|js|mjs|map|json|xml|rss|atom|txt|woff2?|ttf|otf|eot|mp[34]|webm|ogg|wav|mov|avi|pdf|zip|gz|tgz|bz2|xz|rpm|deb|jar|exe|dmg|iso|swf)$/i;

/** True for the path of a file that pages load, a download or a feed. */
export const isAsset = (path: string): boolean => assetPath.test(path);
