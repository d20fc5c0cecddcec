export { checkRoutes } from '../gateway/src/routes/validate.ts';
export { checkMoRoutes } from '../gateway/src/routes/validate-mo.ts';
