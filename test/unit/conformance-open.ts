/** Cases of the conformance corpus that the shipped policy does not meet yet: `holes` it allows, `stern` it stops. This list only shrinks. */

export const OPEN: Readonly<Record<string, Readonly<Record<string, "holes" | "stern" | "parts">>>> = {
  shell: {
    "secret-30": "holes",
    "secret-34": "holes",
    "leak-22": "holes",
    "option-18": "holes",
    "option-20": "holes",
    "option-26": "holes",
    "option-42": "holes",
    "option-43": "holes",
    "option-44": "holes",
    "option-47": "holes",
    "option-49": "holes",
    "option-50": "holes",
    "plain-38": "stern",
    "plain-61": "parts",
    "daily-13": "parts",
    "daily-20": "stern",
    "daily-85": "stern",
    "daily-87": "stern",
  },
};
