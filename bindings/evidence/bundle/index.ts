/** Evidence bundles: part of a log in one file, with what proves it and reports for people. docs/format/bundle.md. */

export { type BundleFilter, type BundleShard, shardMember } from "./format.ts";
export { type BundleOptions, type FieldToDisclose, type MadeBundle, makeBundle } from "./make.ts";
export {
  type BundleContent,
  type BundleNotReplayed,
  type BundleReport,
  type BundleShardReport,
  type BundleVerifyOptions,
  type DisclosedField,
  isBundle,
  MemberReader,
  readBundle,
  verifyBundle,
} from "./verify.ts";
