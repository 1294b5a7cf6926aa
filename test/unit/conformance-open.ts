/** Cases of the conformance corpus that the shipped policy does not meet yet: `holes` it allows, `stern` it stops. This list only shrinks. */

export const OPEN: Readonly<Record<string, Readonly<Record<string, "holes" | "stern" | "parts">>>> = {
  shell: {
    "secret-30": "holes",
    "secret-34": "holes",
    "daily-13": "parts",
    "daily-87": "stern",
  },
};
