/** The version of every package of this repository; a test compares it with package.json. */
export const chappeVersion = '0.1.0';
