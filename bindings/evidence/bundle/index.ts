/** Evidence bundles: part of a log in one file, with what proves it and reports for people. docs/format/bundle.md. */

export type { BundleFilter, BundleShard } from "./format.ts";
export { type BundleOptions, type FieldToDisclose, type MadeBundle, makeBundle } from "./make.ts";
export {
  type BundleNotReplayed,
  type BundleReport,
  type BundleShardReport,
  type BundleVerifyOptions,
  type DisclosedField,
  isBundle,
  verifyBundle,
} from "./verify.ts";
