// Written by `npm run gen` from taxonomy/detectors.yaml; do not edit.

/** Letters of other scripts that look like ASCII ones, and those ones in the same order. */
export const LOOK_ALIKES = "АВЕЅІЈКМНОРСТУХаеорсухѕіјкһԁԛԝҮүӏӀΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορτυϳıɑɡſȷօսհո";
export const LOOKED_ALIKE = "ABESIJKMHOPCTYXaeopcyxsijkhdqwYylIABEZHIKMNOPTYXaikvoptujiagsjouhn";
