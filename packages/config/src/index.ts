/** The door of @chappe/config: the configuration file of a gateway, from YAML text to checked settings. */
export {};
