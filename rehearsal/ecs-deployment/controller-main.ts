// The main program of a service deployment's controller, which is a process of its own.
import { controllerMain } from "../controller/main";
import { serviceDeploymentController } from "./controller";

controllerMain(serviceDeploymentController);
