import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies";

new PolicyPack("greenlight", { policies: [...policies], enforcementLevel: "mandatory" });
