export default { testMatch: ["<rootDir>/lock.jest.mjs"], transform: {}, testEnvironment: "node", cache: false };
